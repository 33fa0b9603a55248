"""Runs: everything that one application's target should hold, looked through at once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.models.actors import ActorField
from accounts.models.transactions import TransactionNumberField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class Run(TenantScopedModel):
    """A plan, or a full run.  Its operations refer to it; it counts them, and may be stopped."""

    class Kind(models.TextChoices):
        """A plan sends nothing by itself; a full run asks the target what it holds, and sends.

        Everybody is looked at anew when what changed concerns everybody; the target is not asked.
        """

        PLAN = "plan", _("Plan")
        FULL = "full", _("Full run")
        CATCH_UP = "catch_up", _("Everybody looked at anew")

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", _("Is being worked out")
        PLANNED = "planned", _("Planned")
        SENDING = "sending", _("Under way")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")
        INCOMPLETE = "incomplete", _("Incomplete: nothing is taken away")
        REPLACED = "replaced", _("Replaced by a newer one")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = TenantForeignKey(db_index=False)
    application = models.ForeignKey(
        "provisioning.Application", on_delete=models.CASCADE, related_name="runs", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.READING)
    why = models.TextField(_("reason"), blank=True, help_text="Why it is incomplete or stopped.")
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        _("counts"), default=dict, help_text="What was planned: create, change, deactivate, …"
    )
    phase = models.CharField(_("phase"), max_length=20, blank=True, help_text="While it reads.")
    read = models.PositiveIntegerField(_("read"), default=0)
    to_read = models.PositiveIntegerField(_("to be read"), null=True)
    total = models.PositiveIntegerField(_("operations"), default=0)
    inputs: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("what it was worked out from"), default=dict
    )
    plan_hash = models.CharField(_("digest of the plan"), max_length=64, blank=True)
    generation = models.CharField(max_length=60, blank=True)
    transaction = TransactionNumberField(default=0)
    entry_id = models.BigIntegerField(default=0)
    actor = ActorField(_("wanted by"), at="created")
    created = models.DateTimeField(_("begun"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    ended = models.DateTimeField(_("ended"), null=True)

    objects: ClassVar[TenantScopedManager[Run]] = TenantScopedManager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="run_application_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "id"], name="run_key_in_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "application", "-id"], name="runs_latest")]

    @override
    def __str__(self) -> str:
        return str(self.get_kind_display())
