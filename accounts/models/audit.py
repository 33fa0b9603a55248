"""The audit trail: who changed or was refused what, when and why."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.scoping import TenantForeignKey, TenantScopedManager


class AuditEntry(models.Model):
    """One change or refusal.  Entries are written with the change and never edited.

    Actor and target are kept as text, so that an entry survives what it speaks of.  An
    operator's action that concerns no tenant has none.
    """

    # Both indexes below begin with it.  No key: each change would lock the tenant's row for it.
    tenant = TenantForeignKey(null=True, db_index=False, db_constraint=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.CharField(_("who"), max_length=300)
    action = models.CharField(_("action"), max_length=100, help_text="Such as user.deactivated.")
    target_type = models.CharField(_("kind of object"), max_length=50, blank=True)
    target_id = models.CharField(_("id of the object"), max_length=100, blank=True)
    target = models.CharField(_("object"), max_length=500, blank=True)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("details"), default=dict, blank=True
    )

    request_id = models.CharField(
        _("request id"), max_length=64, blank=True, db_default="", help_text="As in the log."
    )

    objects: ClassVar[TenantScopedManager[AuditEntry]] = TenantScopedManager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_latest"),
            models.Index(fields=["tenant", "target_id", "-id"], name="audit_of_target"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor}: {self.action} {self.target}"
