"""Access reviews: what they are about, and a line for each person and thing that they hold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class AccessReview(TenantScopedModel):
    """Somebody's question whether people still need what they hold.

    Nobody is referred to by a key, so that no deletion looks for rows here: ``starter`` and
    ``reviewers`` are ids of people who may be gone.  ``reminded`` is the number of days before the
    due day of which reviewers were mailed last.
    """

    class State(models.TextChoices):
        """How far it is; nothing that anybody holds changes before it is being carried out."""

        MAKING = "making", _("Being prepared")
        RUNNING = "running", _("Running")
        APPLYING = "applying", _("Being carried out")
        APPLIED = "applied", _("Carried out")
        CANCELLED = "cancelled", _("Cancelled")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    class Undecided(models.TextChoices):
        """What becomes of the lines that nobody has decided when it ends."""

        KEEP = "keep", _("are kept")
        REVOKE = "revoke", _("are revoked")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAKING)
    undecided = models.CharField(_("lines nobody decides"), max_length=10, choices=Undecided)
    starter = models.UUIDField(_("started by"))
    reviewers = ArrayField(models.UUIDField(), verbose_name=_("reviewers"), default=list)
    due = models.DateField(_("last day"))
    created = models.DateTimeField(_("started"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True)
    applied = models.DateTimeField(_("carried out"), null=True)
    reminded = models.SmallIntegerField(null=True)
    # No key: a job, and what it worked at, are forgotten at times of their own.
    job = models.UUIDField(_("job"), null=True)

    objects: ClassVar[TenantScopedManager[AccessReview]] = TenantScopedManager()

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        ordering = ["-created"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="review_key_in_tenant"),
            models.CheckConstraint(
                condition=Q(undecided__in=["keep", "revoke"]), name="review_ends_either_way"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-created"], name="reviews_latest")]

    @override
    def __str__(self) -> str:
        return self.name


class ReviewedThing(TenantScopedModel):
    """Something that people hold, of which a review asks; ``name`` is that at the start."""

    class Kind(models.TextChoices):
        """What it is; ``key`` is the id of a group, profile or subscription, or a role."""

        GROUP = "group", _("Directory group")
        ROLE = "role", _("Role")
        PROFILE = "profile", _("Access profile")
        LICENCE = "licence", _("Licence")

    tenant = TenantForeignKey(db_index=False)
    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="things")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(_("key"), max_length=64)
    name = models.CharField(_("name"), max_length=300)

    objects: ClassVar[TenantScopedManager[ReviewedThing]] = TenantScopedManager()

    class Meta:
        verbose_name = _("reviewed thing")
        verbose_name_plural = _("reviewed things")
        ordering = ["pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="reviewed_thing_key_in_tenant"),
            SameTenant(field="review", name="reviewed_thing_review_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "review", "kind", "key"], name="reviewed_thing_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ReviewLine(TenantScopedModel):
    """One person and one thing that they hold: why, what was decided, and what became of it.

    ``person``, ``reviewer`` and ``decided_by`` are ids of people who may be gone; without a
    reviewer any system admin decides.  ``person_name`` is emptied when the person is erased.
    ``removed`` says what was taken, so that it can be given back.
    """

    class Why(models.TextChoices):
        """What gave it to them."""

        HAND = "hand", _("Given by hand")
        GROUP = "group", _("Given by a group")
        SOURCE = "source", _("Given by an identity provider")

    class Suggestion(models.TextChoices):
        """What the facts speak for."""

        KEEP = "keep", _("Keep")
        LOOK = "look", _("Look")
        REVOKE = "revoke", _("Revoke")

    class Decision(models.TextChoices):
        """What is to become of it; nothing so far while it is empty."""

        KEEP = "keep", _("Keep")
        REVOKE = "revoke", _("Revoke")

    class Outcome(models.TextChoices):
        """What became of a line that was to be revoked."""

        REVOKED = "revoked", _("Revoked")
        LEFT = "left", _("Left as it is")

    class Restored(models.TextChoices):
        """What became of the undoing of a line."""

        GIVEN = "given", _("Given back")
        NOT = "not", _("Not given back")

    tenant = TenantForeignKey(db_index=False)
    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="lines")
    thing = models.ForeignKey(ReviewedThing, on_delete=models.CASCADE, related_name="lines")
    person = models.UUIDField(_("person"))
    person_name = models.TextField(_("person"), blank=True)
    since = models.DateTimeField(_("since"), null=True)
    why = models.CharField(_("why"), max_length=10, choices=Why)
    through = models.TextField(_("through"), blank=True, help_text="A source, or groups, by name.")
    suggestion = models.CharField(_("suggestion"), max_length=10, choices=Suggestion)
    reasons: models.JSONField[list[Any], list[Any]] = models.JSONField(
        _("reasons"), default=list, help_text="Each a word and a number or a day."
    )
    reviewer = models.UUIDField(_("reviewer"), null=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    decided_by = models.UUIDField(_("decided by"), null=True)
    decided_by_admin = models.BooleanField(default=False)
    decided = models.DateTimeField(_("decided"), null=True)
    revision = models.PositiveIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_reason = models.TextField(_("reason"), blank=True)
    may_come_back = models.BooleanField(_("may come back"), default=False)
    removed: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    restored = models.CharField(_("undone"), max_length=10, choices=Restored, blank=True)
    restored_reason = models.TextField(_("reason"), blank=True)

    objects: ClassVar[TenantScopedManager[ReviewLine]] = TenantScopedManager()

    class Meta:
        verbose_name = _("line of an access review")
        verbose_name_plural = _("lines of access reviews")
        ordering = ["pk"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="review", name="review_line_review_in_tenant"),
            SameTenant(field="thing", name="review_line_thing_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "review", "thing", "person"], name="review_line_once"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", "keep", "revoke"]), name="review_line_is_decided_so"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "review", "decision"], name="review_lines_decided"),
            models.Index(fields=["tenant", "reviewer", "review"], name="review_lines_of_reviewer"),
            # Asked for by every page of the console: however much is decided, or left to others.
            models.Index(
                fields=["tenant", "reviewer", "review"],
                condition=Q(decision=""),
                name="review_lines_to_decide",
            ),
            models.Index(fields=["tenant", "person"], name="review_lines_of_person"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.person_name}: {self.thing_id}"
