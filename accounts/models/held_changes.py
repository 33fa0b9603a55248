"""What a source took away beyond its limit: held until an admin decides."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class SourceLoss(TenantScopedModel):
    """Somebody from whom a source has taken a seat, or whom it has deleted, within the last hour.

    Nothing but the counting of :mod:`accounts.storage.held_changes` writes or reads it.
    """

    tenant = TenantForeignKey(db_index=False)
    # No keys: a source or a person that is deleted is counted all the same.
    source_id = models.BigIntegerField()
    user_id = models.UUIDField()
    at = models.DateTimeField()

    objects: ClassVar[TenantScopedManager[SourceLoss]] = TenantScopedManager()

    class Meta:
        verbose_name = _("loss by a source")
        verbose_name_plural = _("losses by a source")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source_id", "user_id"], name="loss_counted_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "source_id", "at"], name="losses_of_source")]

    @override
    def __str__(self) -> str:
        return f"{self.source_id}: {self.user_id}"


class HeldChange(TenantScopedModel):
    """What one source has taken away since it went beyond its limit; one of a source is open.

    While it is open, whatever else the source takes away joins it.
    """

    class State(models.TextChoices):
        """Undecided, being done, done."""

        OPEN = "open", _("Waits for an admin")
        CARRYING_OUT = "carrying out", _("Being carried out")
        TAKING_BACK = "taking back", _("Being taken back")
        CARRIED_OUT = "carried out", _("Carried out")
        TAKEN_BACK = "taken back", _("Taken back")

    tenant = TenantForeignKey(db_index=False)
    # No key: what a source that was deleted has left behind is decided all the same.
    source_id = models.BigIntegerField(editable=False)
    source_name = models.CharField(_("source"), max_length=200)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    opened = models.DateTimeField(_("since"), default=timezone.now)
    decided = models.DateTimeField(_("decided"), null=True)
    decided_by = ActorField(_("decided by"), at="decided", blank=True)
    ended = models.DateTimeField(_("done"), null=True)

    objects: ClassVar[TenantScopedManager[HeldChange]] = TenantScopedManager()

    class Meta:
        verbose_name = _("held change")
        verbose_name_plural = _("held changes")
        ordering = ["-opened", "-id"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="held_change_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "source_id"],
                condition=Q(state="open"),
                name="one_open_held_change_of_source",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-opened"], name="held_changes_of_tenant")]

    @override
    def __str__(self) -> str:
        return self.source_name

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == self.State.OPEN

    @property
    def is_under_way(self) -> bool:
        """Whether a job is doing what was decided."""
        return self.state in {self.State.CARRYING_OUT, self.State.TAKING_BACK}


class HeldPerson(TenantScopedModel):
    """One person whom a held change is about, and what became of them when it was decided.

    Held is who has no ``outcome`` yet.  A trigger gives one to whoever's ``active`` is changed
    otherwise: from then on it is that change which counts.

    ``kept`` is what there was of somebody who was deleted, to make them anew; ``groups`` are those
    that a source took somebody out of.
    """

    class Kind(models.TextChoices):
        """What the source did to them; of several, the last of this order."""

        LEFT = "left", _("Taken out of a group")
        DEACTIVATED = "deactivated", _("Deactivated")
        DELETED = "deleted", _("Deleted")

    class Outcome(models.TextChoices):
        """What became of it."""

        CARRIED_OUT = "carried out", _("Carried out")
        TAKEN_BACK = "taken back", _("Taken back")
        RETURNED = "returned", _("Came back by themselves")
        OTHERWISE = "otherwise", _("Was changed otherwise meanwhile")
        REFUSED = "refused", _("Could not be taken back")

    tenant = TenantForeignKey(db_index=False)
    change = models.ForeignKey(HeldChange, on_delete=models.CASCADE, related_name="people")
    # No key: of somebody who is deleted this is all there is.
    user_id = models.UUIDField(editable=False)
    name = models.CharField(_("person"), max_length=500, blank=True)
    user_name_ci = models.TextField(blank=True, editable=False)
    kind = models.CharField(_("what the source did"), max_length=11, choices=Kind)
    since = models.DateTimeField(_("since"), default=timezone.now)
    groups = ArrayField(models.UUIDField(), default=list, editable=False)
    kept: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True, editable=False
    )
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    ended = models.DateTimeField(_("done"), null=True)

    objects: ClassVar[TenantScopedManager[HeldPerson]] = TenantScopedManager()

    class Meta:
        verbose_name = _("held person")
        verbose_name_plural = _("held people")
        ordering = ["id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="change", name="held_person_change_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "user_id"], condition=Q(outcome=""), name="person_held_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "change", "outcome"], name="people_of_held_change"),
            models.Index(
                fields=["tenant", "user_name_ci"],
                condition=Q(outcome="", kind="deleted"),
                name="kept_people_by_name",
            ),
            models.Index(fields=["tenant", "user_id"], name="held_person_by_id"),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    def end(self, outcome: HeldPerson.Outcome, reason: str = "") -> None:
        """Write what became of them; what was kept of them is forgotten."""
        self.outcome, self.reason, self.ended = outcome, reason, timezone.now()
        self.kept, self.groups = {}, []
        self.save(update_fields=["outcome", "reason", "ended", "kept", "groups"])
