"""Roles and permissions as an application knows them, and who is given them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import DirectoryGroup
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from provisioning.models.applications import Application


class ApplicationRole(TenantScopedModel):
    """A role at an application: sent as ``roles: [{"value": key, "display": name}]``."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="roles", db_index=False
    )
    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), max_length=2_000, blank=True)

    objects: ClassVar[TenantScopedManager[ApplicationRole]] = TenantScopedManager()

    class Meta:
        verbose_name = _("role of an application")
        verbose_name_plural = _("roles of applications")
        ordering = ["name"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="application_role_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "id"], name="application_role_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "key"], name="application_role_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ApplicationPermission(TenantScopedModel):
    """A permission that a role gives: sent as an entitlement."""

    role = models.ForeignKey(
        ApplicationRole, on_delete=models.CASCADE, related_name="permissions", db_index=False
    )
    key = models.CharField(_("key"), max_length=200)

    objects: ClassVar[TenantScopedManager[ApplicationPermission]] = TenantScopedManager()

    class Meta:
        verbose_name = _("permission of an application")
        verbose_name_plural = _("permissions of applications")
        ordering = ["key"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="role", name="application_permission_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "role", "key"], name="application_permission_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.key


class ApplicationRoleGroup(TenantScopedModel):
    """Everybody in a directory group, also through nesting, has the role."""

    role = models.ForeignKey(
        ApplicationRole, on_delete=models.CASCADE, related_name="groups", db_index=False
    )
    group = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, related_name="application_roles"
    )

    objects: ClassVar[TenantScopedManager[ApplicationRoleGroup]] = TenantScopedManager()

    class Meta:
        verbose_name = _("group with a role of an application")
        verbose_name_plural = _("groups with roles of applications")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="role", name="application_role_group_role_in_tenant"),
            SameTenant(field="group", name="application_role_group_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "role", "group"], name="application_role_group_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.group)
