"""Which applications people of an access profile see, once their role lets them see any."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AccessProfile
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from provisioning.models.applications import Application


class ProfileApplication(TenantScopedModel):
    """People of an access profile see an application."""

    profile = models.ForeignKey(AccessProfile, on_delete=models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="profiles")

    objects: ClassVar[TenantScopedManager[ProfileApplication]] = TenantScopedManager()

    class Meta:
        verbose_name = _("application that a profile lists")
        verbose_name_plural = _("applications that profiles list")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="profile", name="profile_application_profile_in_tenant"),
            SameTenant(field="application", name="profile_application_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "profile", "application"], name="profile_application_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.application)
