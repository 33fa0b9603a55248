"""Operations: bringing one object in step at one application, and what was said meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.secrets.sealed_fields import SealedTextField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel
from provisioning.models.links import ObjectKind
from provisioning.models.runs import Run

SEALED_FOR: Final = "bodies of requests to applications"
_FOLLOWED: Final = timedelta(days=1)
"""What somebody changed is followed by operations soon, or when targets can be reached again."""


class OperationState(models.TextChoices):
    """Where an operation stands.  In flight are those that wait, run or may have been done."""

    WAITING = "waiting", _("Waiting")
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    UNKNOWN = "unknown", _("Perhaps done")
    HELD = "held", _("Held")
    REFUSED = "refused", _("Refused by an admin")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    QUARANTINED = "quarantined", _("Quarantined")
    CANCELLED = "cancelled", _("Not sent")


IN_FLIGHT: Final = (OperationState.WAITING, OperationState.RUNNING, OperationState.UNKNOWN)
NOT_DONE: Final = (
    *IN_FLIGHT,
    OperationState.HELD,
    OperationState.FAILED,
    OperationState.QUARANTINED,
    OperationState.CANCELLED,
)
"""States in which few of the operations of a long log are."""


class Phase(models.IntegerChoices):
    """What comes before what at one application; an operation may have parts in several."""

    USERS = 0, _("Users")
    GROUPS = 10, _("Groups")
    MEMBERSHIPS = 20, _("Memberships")
    ROLES = 30, _("Roles and entitlements")
    REFERENCES = 40, _("References")
    DELETIONS = 50, _("Deletions")


class Operation(TenantScopedModel):
    """One object brought in step at one application.

    What has to be done is worked out when it is done, from what is so then; ``steps`` says what
    was planned, and later what was done.  The message in the queue carries no more than an id.
    """

    tenant = TenantForeignKey(db_index=False)
    application = models.ForeignKey(
        "provisioning.Application",
        on_delete=models.CASCADE,
        related_name="operations",
        db_index=False,
    )
    run = models.ForeignKey(
        Run, null=True, on_delete=models.CASCADE, related_name="operations", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ObjectKind)
    object_id = models.CharField(_("id here"), max_length=64)
    name = models.CharField(_("name"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=OperationState)
    phase = models.PositiveSmallIntegerField(_("phase"), choices=Phase, default=Phase.USERS)
    cause = models.CharField(_("why it leaves"), max_length=20, blank=True)
    is_removal = models.BooleanField(
        _("takes away"),
        default=False,
        help_text="Deletes, or deactivates who left the scope: counted, and held beyond a limit.",
    )
    is_allowed = models.BooleanField(
        _("allowed"), default=False, help_text="An admin has looked at it; it is held no more."
    )
    steps: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        _("steps"), default=list, help_text="What each does: action, before, after, reason, done."
    )
    main_action = models.CharField(_("action"), max_length=20, blank=True)
    plan_hash = models.CharField(
        _("digest of the plan"),
        max_length=64,
        blank=True,
        help_text="Of what was shown; something else is not sent.",
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    first_tried = models.DateTimeField(_("first attempt"), null=True)
    next_try = models.DateTimeField(_("next attempt"), default=timezone.now)
    claim = models.UUIDField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    again = models.CharField(
        max_length=10,
        blank=True,
        editable=False,
        choices=[("plan", "plan"), ("removal", "removal"), ("allowed", "allowed")],
        help_text="What became due of the same object while it ran.",
    )
    last_error = models.TextField(_("reason"), blank=True)
    actor = ActorField(_("wanted by"), at="created", later=_FOLLOWED, blank=True)
    created = models.DateTimeField(_("created"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True)

    person_page: str = ""
    """The page of the person, where a list links to it."""

    objects: ClassVar[TenantScopedManager[Operation]] = TenantScopedManager()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="operation_application_in_tenant"),
            SameTenant(field="run", name="operation_run_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "id"], name="operation_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind", "object_id"],
                name="operation_one_in_flight",
                condition=Q(state__in=["waiting", "running", "unknown"]),
            ),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind", "object_id"],
                name="operation_one_held",
                condition=Q(state__in=["held", "refused"]),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "application", "-id"], name="operations_latest"),
            models.Index(
                fields=["tenant", "application", "state", "-id"], name="operations_of_state"
            ),
            models.Index(fields=["tenant", "object_id", "-id"], name="operations_of_object"),
            models.Index(fields=["tenant", "-created", "-id"], name="operations_by_time"),
            models.Index(
                fields=["tenant", "-created", "-id"],
                name="operations_not_done",
                condition=Q(state__in=NOT_DONE),
            ),
            models.Index(
                fields=["tenant", "run", "state", "-id"],
                name="operations_of_run",
                condition=Q(run__isnull=False),
            ),
            models.Index(
                fields=["tenant", "application", "phase", "next_try"],
                name="operations_due",
                condition=Q(state__in=["waiting", "running", "unknown"]),
            ),
            models.Index(
                fields=["tenant", "application", "created"],
                name="operations_removals",
                condition=Q(is_removal=True),
            ),
            models.Index(
                fields=["ended"], name="operations_ended", condition=Q(ended__isnull=False)
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name or self.object_id


class Exchange(TenantScopedModel):
    """One request of an operation and the answer, without secrets, personal values masked.

    ``sealed`` holds the bodies as they were, where the application keeps them; revealing them is
    an entry in the audit trail.
    """

    tenant = TenantForeignKey(db_index=False)
    operation = models.ForeignKey(
        Operation, on_delete=models.CASCADE, related_name="exchanges", db_index=False
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    method = models.CharField(_("method"), max_length=10)
    url = models.TextField(_("address"))
    status = models.PositiveSmallIntegerField(
        _("status"), default=0, help_text="0 when no answer came."
    )
    seconds = models.FloatField(_("seconds"), default=0)
    request_body: models.JSONField[Any, Any] = models.JSONField(_("request"), null=True)
    response_body: models.JSONField[Any, Any] = models.JSONField(_("answer"), null=True)
    sealed = SealedTextField(
        purpose=SEALED_FOR, blank=True, editable=False, help_text="Both bodies, unmasked."
    )

    objects: ClassVar[TenantScopedManager[Exchange]] = TenantScopedManager()

    class Meta:
        verbose_name = _("request to an application")
        verbose_name_plural = _("requests to applications")
        ordering = ["id"]
        base_manager_name = "objects"
        constraints = [SameTenant(field="operation", name="exchange_operation_in_tenant")]
        indexes = [models.Index(fields=["tenant", "operation", "id"], name="exchanges_in_order")]

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.status}"
