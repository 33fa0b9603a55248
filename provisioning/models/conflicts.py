"""Accounts at a target that may be one of our people's, until somebody says whose they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel
from provisioning.models.links import ObjectKind


class Conflict(TenantScopedModel):
    """An object of ours that a target may hold already; nothing is sent of it meanwhile."""

    class State(models.TextChoices):
        """What was decided; nothing while it is open."""

        OPEN = "open", _("Open")
        LINKED = "linked", _("Linked")
        CREATED = "created", _("Created anew")
        IGNORED = "ignored", _("Ignored")

    class Why(models.TextChoices):
        """What is in the way."""

        SEVERAL = "several", _("Several accounts match")
        TAKEN = "taken", _("The account is linked to somebody else")
        ASKED = "asked", _("One account matches, and you want to be asked")
        REFUSED = "refused", _("The name is taken, and no account matches")

    tenant = TenantForeignKey(db_index=False)
    application = models.ForeignKey(
        "provisioning.Application",
        on_delete=models.CASCADE,
        related_name="conflicts",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ObjectKind)
    object_id = models.CharField(_("id here"), max_length=64)
    name = models.CharField(_("name"), max_length=500, blank=True)
    why = models.CharField(_("what is in the way"), max_length=10, choices=Why)
    says = models.TextField(_("what the target said"), blank=True)
    candidates: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        _("accounts found"), default=list, help_text="The resources, as they were shown."
    )
    ours: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("what it should be"), default=dict
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    remote_id = models.CharField(_("chosen"), max_length=500, blank=True)
    created = models.DateTimeField(_("since"), default=timezone.now)
    resolved = models.DateTimeField(_("decided"), null=True)

    objects: ClassVar[TenantScopedManager[Conflict]] = TenantScopedManager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="conflict_application_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind", "object_id"],
                name="conflict_one_of_object",
                condition=Q(state__in=["open", "created", "ignored"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "application", "-id"],
                name="conflicts_open",
                condition=Q(state="open"),
            ),
            models.Index(fields=["tenant", "object_id"], name="conflicts_of_object"),
        ]

    @override
    def __str__(self) -> str:
        return self.name or self.object_id
