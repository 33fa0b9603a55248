"""Who is to be at an application."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AccessProfile, DirectoryGroup, Role
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from provisioning.models.applications import Application


class Assignment(TenantScopedModel):
    """Everybody of a directory group, a role or an access profile is to be at an application."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="assignments"
    )
    group = models.ForeignKey(
        DirectoryGroup, null=True, on_delete=models.CASCADE, related_name="assignments"
    )
    role = models.CharField(_("role"), max_length=30, choices=Role, blank=True)
    profile = models.ForeignKey(
        AccessProfile, null=True, on_delete=models.CASCADE, related_name="assignments"
    )

    objects: ClassVar[TenantScopedManager[Assignment]] = TenantScopedManager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="assignment_application_in_tenant"),
            SameTenant(field="group", name="assignment_group_in_tenant"),
            SameTenant(field="profile", name="assignment_profile_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "group", "role", "profile"],
                name="assignment_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False, role="", profile__isnull=True)
                | Q(group__isnull=True, profile__isnull=True, role__in=Role.values)
                | Q(group__isnull=True, role="", profile__isnull=False),
                name="assignment_is_of_one_kind",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.group or self.profile or self.get_role_display())
