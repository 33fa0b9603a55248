"""Access profiles: which data sources a person may see."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.compared_names import ComparedNameField
from accounts.models.users import User
from accounts.names import profile_name_key
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel


class AccessProfile(TenantScopedModel):
    """A set of data sources, with the people who may see them.

    The numeric primary key is public: ``profile:7`` in SCIM, and in the URL of its page.
    Everybody is in the tenant's default profile, which therefore has no membership rows and
    does not exist for SCIM.
    """

    name = models.CharField(_("name"), max_length=200)
    name_ci = ComparedNameField(of="name", maker=profile_name_key)
    description = models.TextField(_("description"), blank=True, default="")
    is_default = models.BooleanField(default=False, editable=False)
    external_id = models.CharField(max_length=255, blank=True, default="", editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_modified = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[TenantScopedManager[AccessProfile]] = TenantScopedManager()

    class Meta:
        verbose_name = _("access profile")
        verbose_name_plural = _("access profiles")
        ordering = ["name"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="profile_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "name_ci"], name="profile_name_unique_in_tenant"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_default=True), name="one_default_profile"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ProfileMembership(TenantScopedModel):
    """One person's place in a custom access profile."""

    profile = models.ForeignKey(AccessProfile, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="profile_memberships")
    by_group = models.BooleanField(
        default=False, help_text=_("Given by a mapped directory group, and taken back with it.")
    )

    objects: ClassVar[TenantScopedManager[ProfileMembership]] = TenantScopedManager()

    class Meta:
        verbose_name = _("profile member")
        verbose_name_plural = _("profile members")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="profile", name="profile_membership_profile_in_tenant"),
            SameTenant(field="user", name="profile_membership_user_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "profile", "user"], name="profile_member_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} in {self.profile_id}"
