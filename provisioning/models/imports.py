"""What a target holds, read as a whole, and what was decided about each resource there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.models.actors import ActorField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel
from provisioning.models.applications import Every
from provisioning.models.links import ObjectKind


class Import(TenantScopedModel):
    """One reading of everything of a kind that a target holds.

    Only what was read to its proved end is offered for a decision; it counts until the next one.
    """

    class State(models.TextChoices):
        """How far it is."""

        READ = "read", _("Read")
        READING = "reading", _("Is being read")
        INCOMPLETE = "incomplete", _("Incomplete: nothing of it can be confirmed")
        REPLACED = "replaced", _("Counts no more")
        LEFT = "left", _("Of a host that the application has left")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = TenantForeignKey(db_index=False)
    application = models.ForeignKey(
        "provisioning.Application", on_delete=models.CASCADE, related_name="imports", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ObjectKind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.READING)
    why = models.TextField(_("reason"), blank=True, help_text="Why it is incomplete.")
    by_schedule = models.BooleanField(_("by the schedule"), default=False)
    read = models.PositiveIntegerField(_("read"), default=0)
    to_read = models.PositiveIntegerField(_("to be read"), null=True)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        _("counts"), default=dict, help_text="By bucket, when it was read."
    )
    actor = ActorField(_("wanted by"), at="created")
    created = models.DateTimeField(_("begun"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True)

    objects: ClassVar[TenantScopedManager[Import]] = TenantScopedManager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="import_application_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "id"], name="import_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind"],
                name="import_one_being_read",
                condition=Q(state="reading"),
            ),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind"],
                name="import_one_that_counts",
                condition=Q(state="read"),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "application", "-id"], name="imports_latest")]

    @override
    def __str__(self) -> str:
        return str(self.get_kind_display())


class ImportRow(TenantScopedModel):
    """A resource that an import has read, the bucket that it was in, and what was decided."""

    class Bucket(models.TextChoices):
        """As :class:`provisioning.planning.buckets.Bucket`, with names for people."""

        LINKED = "linked", _("Linked")
        CANDIDATE = "candidate", _("Candidate")
        UNASSIGNED = "unassigned", _("Unassigned")
        ORPHAN = "orphan", _("Orphan")

    class Doubt(models.TextChoices):
        """As :class:`provisioning.planning.buckets.Doubt`, with names for people."""

        SEVERAL_HERE = "several_here", _("Several here match")
        SEVERAL_THERE = "several_there", _("Another account there matches the same person or group")
        LINKED_ELSEWHERE = "elsewhere", _("What matches here is linked to another account")

    class State(models.TextChoices):
        """What was decided; nothing has to be about what was linked when it was read."""

        WAITING = "waiting", _("Waiting")
        SETTLED = "settled", _("Nothing to decide")
        LINKED = "linked", _("Linked")
        CREATED = "created", _("Created here")
        IGNORED = "ignored", _("Ignored")

    tenant = TenantForeignKey(db_index=False)
    batch = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="rows",
        db_index=False,
        verbose_name=_("import"),
    )
    application = models.ForeignKey(
        "provisioning.Application",
        on_delete=models.CASCADE,
        related_name="import_rows",
        db_index=False,
        verbose_name=_("application"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ObjectKind)
    remote_id = models.CharField(_("id there"), max_length=500)
    name = models.CharField(_("name there"), max_length=500)
    user_name = models.CharField(_("user name there"), max_length=500, blank=True)
    bucket = models.CharField(_("bucket"), max_length=10, choices=Bucket)
    doubt = models.CharField(_("what is unclear"), max_length=15, choices=Doubt, blank=True)
    object_id = models.CharField(
        _("id here"), max_length=64, blank=True, help_text="Whose it is, or seems to be."
    )
    object_name = models.CharField(_("name here"), max_length=500, blank=True)
    matches: models.JSONField[list[str], list[str]] = models.JSONField(
        _("matches here"), default=list, help_text="Ids; not all of very many."
    )
    resource: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("as it was shown"), default=dict, help_text="In canonical form, without members."
    )
    is_whole = models.BooleanField(
        default=True, help_text="Whether all of it was kept: a very large one is kept in part."
    )
    state = models.CharField(_("decision"), max_length=10, choices=State, default=State.WAITING)
    decided = models.DateTimeField(_("decided"), null=True)

    objects: ClassVar[TenantScopedManager[ImportRow]] = TenantScopedManager()

    class Meta:
        verbose_name = _("account found at an application")
        verbose_name_plural = _("accounts found at applications")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="batch", name="import_row_batch_in_tenant"),
            SameTenant(field="application", name="import_row_application_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "batch", "remote_id"], name="import_row_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "batch", "bucket", "id"], name="import_rows_by_bucket"),
            models.Index(fields=["tenant", "application"], name="import_rows_of_application"),
            models.Index(
                fields=["tenant", "application", "batch"],
                name="import_rows_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["tenant", "object_id"], name="import_rows_of_object"),
            # Whoever is erased is found among all that an account matches.
            GinIndex(
                fields=["tenant", "matches"],
                name="import_rows_by_match",
                opclasses=["int8_ops", "jsonb_path_ops"],
                condition=~Q(matches=[]),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name or self.remote_id


class ImportRule(TenantScopedModel):
    """When an application is imported from by itself, and what may be taken in without asking."""

    tenant = TenantForeignKey(db_index=False)
    application = models.OneToOneField(
        "provisioning.Application", on_delete=models.CASCADE, related_name="import_rule"
    )
    every = models.CharField(
        _("import by itself"), max_length=10, choices=Every, default=Every.NEVER
    )
    users = models.BooleanField(_("people"), default=True)
    groups = models.BooleanField(_("groups"), default=False)
    link_matches = models.BooleanField(
        _("link those who match exactly one of ours"),
        default=False,
        help_text=_("Nothing of ours is changed by it."),
    )
    create_people = models.BooleanField(
        _("create people here who are only there"),
        default=False,
        help_text=_("As members, without a licence and without a password."),
    )

    objects: ClassVar[TenantScopedManager[ImportRule]] = TenantScopedManager()

    class Meta:
        verbose_name = _("rule of imports")
        verbose_name_plural = _("rules of imports")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="import_rule_application_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "application"], name="import_rule_once"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.get_every_display())
