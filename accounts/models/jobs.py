"""Work that is done after or beside a request: what it is, how far it has come, how it ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.models.actors import ActorField
from accounts.secrets.sealed_fields import SealedTextField
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager

SEALED_FOR = "job arguments"


class Job(models.Model):
    """One piece of work, written in the transaction that wants it and done by a worker.

    Procrastinate's table says which worker takes it when; this row says what became of it, and
    outlives that one.  Work of the deployment, such as what is due daily, belongs to no tenant.
    """

    class State(models.TextChoices):
        """Where it stands.  Failed is what is not tried again by itself."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No key: what a tenant that is gone still wanted fails, and says so.
    tenant = TenantForeignKey(
        null=True, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False
    )
    kind = models.CharField(_("kind"), max_length=100)
    queue = models.CharField(_("queue"), max_length=50)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    arguments: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("arguments"), default=dict, help_text="Ids, and nothing that is anybody's secret."
    )
    sealed = SealedTextField(
        purpose=SEALED_FOR,
        blank=True,
        editable=False,
        help_text="Arguments that nobody is to read; empty once it is done.",
    )
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), null=True, help_text="Empty while unknown.")
    result: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("result"), default=dict
    )
    error = models.TextField(_("reason"), blank=True, help_text="Of the last failure.")
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    actor = ActorField(_("wanted by"), at="created")
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    created = models.DateTimeField(_("created"), default=timezone.now)
    due = models.DateTimeField(_("due"), default=timezone.now)
    turn = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        editable=False,
        help_text="Of two jobs that are due, workers take the one whose turn is earlier.",
    )
    started = models.DateTimeField(_("started"), null=True, help_text="The last attempt.")
    ended = models.DateTimeField(_("ended"), null=True)

    objects: ClassVar[TenantScopedManager[Job]] = TenantScopedManager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["state", "-id"], name="job_of_state"),
            models.Index(fields=["kind", "-id"], name="job_of_kind"),
            models.Index(fields=["tenant", "-id"], name="job_of_tenant"),
            models.Index(fields=["due"], name="job_due", condition=Q(state="waiting")),
            models.Index(
                fields=["tenant", "kind", "turn"], name="job_turn", condition=Q(state="waiting")
            ),
            models.Index(fields=["ended"], name="job_ended", condition=Q(ended__isnull=False)),
        ]

    @override
    def __str__(self) -> str:
        return self.kind
