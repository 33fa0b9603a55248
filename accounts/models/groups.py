"""Directory groups: what an identity provider (or an admin) groups people by."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.models.compared_names import ComparedNameField
from accounts.models.profiles import AccessProfile
from accounts.models.users import Role, User
from accounts.names import MARK, group_name_key
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class DirectoryGroup(TenantScopedModel):
    """A plain group; its members may be people and other directory groups.

    ``display_name`` is shown as it was sent and compared by ``display_name_ci``.
    ``mapped_role`` and the profile mappings apply to everybody in it, also through nesting.
    ``rules_revision`` moves whenever what it gives may be something else from now on: with its own
    mappings, with those of a group around it, and with where it is nested.
    ``attributes`` holds what else an identity provider sent of the SCIM Group resource.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    display_name = models.CharField(_("name"), max_length=255)
    display_name_ci = ComparedNameField(of="display_name", maker=group_name_key)
    external_id = models.CharField(_("external id"), max_length=255, blank=True, default="")
    mapped_role = models.CharField(
        _("role of its members"), max_length=30, choices=Role, blank=True, default=""
    )
    attributes: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True, editable=False
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_modified = models.DateTimeField(_("last modified"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    rules_revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[TenantScopedManager[DirectoryGroup]] = TenantScopedManager()

    class Meta:
        verbose_name = _("directory group")
        verbose_name_plural = _("directory groups")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "display_name_ci"], name="group_name_unique_in_tenant"
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="group_key_in_tenant"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "external_id"],
                name="group_external_id",
                condition=~Q(external_id=""),
            ),
            models.Index(
                fields=["tenant"],
                name="group_name_marked",
                condition=Q(display_name_ci__startswith=MARK),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.display_name


class DirectoryGroupMember(TenantScopedModel):
    """A person or a group that is a direct member of a directory group."""

    # What these keys would ensure is ensured by those of `SameTenant`, and checking a key twice
    # is a good part of what a new member costs.
    tenant = TenantForeignKey(db_constraint=False, db_index=False)
    group = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, related_name="members", db_constraint=False
    )
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="group_memberships",
        db_constraint=False,
    )
    member_group = models.ForeignKey(
        DirectoryGroup,
        null=True,
        on_delete=models.CASCADE,
        related_name="parent_memberships",
        db_constraint=False,
    )

    objects: ClassVar[TenantScopedManager[DirectoryGroupMember]] = TenantScopedManager()

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="group", name="group_member_group_in_tenant"),
            SameTenant(field="user", name="group_member_user_in_tenant"),
            SameTenant(field="member_group", name="group_member_nested_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "group", "user"],
                condition=Q(user__isnull=False),
                name="group_member_user_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "group", "member_group"],
                condition=Q(member_group__isnull=False),
                name="group_member_group_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, member_group__isnull=True)
                | Q(user__isnull=True, member_group__isnull=False),
                name="group_member_is_a_user_or_a_group",
            ),
            models.CheckConstraint(
                condition=Q(member_group__isnull=True) | ~Q(member_group=F("group")),
                name="group_is_not_its_own_member",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id or self.member_group_id} in {self.group_id}"


class DirectoryGroupProfile(TenantScopedModel):
    """The rule "members of this directory group are in this access profile"."""

    group = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, related_name="profile_mappings"
    )
    profile = models.ForeignKey(
        AccessProfile, on_delete=models.CASCADE, related_name="group_mappings"
    )

    objects: ClassVar[TenantScopedManager[DirectoryGroupProfile]] = TenantScopedManager()

    class Meta:
        verbose_name = _("access profile of its members")
        verbose_name_plural = _("access profiles of its members")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="group", name="group_profile_group_in_tenant"),
            SameTenant(field="profile", name="group_profile_profile_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "group", "profile"], name="group_profile_mapping_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.group_id} → {self.profile_id}"


class DirectoryGroupAttribute(TenantScopedModel):
    """A custom attribute of a directory group, for outbound group mappings to use."""

    group = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, related_name="custom_attributes"
    )
    name = models.CharField(_("name"), max_length=100)
    value = models.CharField(_("value"), max_length=1000, blank=True)

    objects: ClassVar[TenantScopedManager[DirectoryGroupAttribute]] = TenantScopedManager()

    class Meta:
        verbose_name = _("custom attribute")
        verbose_name_plural = _("custom attributes")
        ordering = ["name"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="group", name="group_attribute_group_in_tenant"),
            models.UniqueConstraint(
                "tenant", "group", Lower("name"), name="group_attribute_name_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
