"""How many users and groups a tenant has, kept by triggers so that nobody has to count them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager


class UserCount(models.Model):
    """A part of the number of a tenant's users; the parts add up to the number.

    Each database session adds to the slot of its own process, so that people who are created at
    the same time seldom wait for each other.  The database writes the rows, nobody else does.
    """

    # Rows are written by triggers, also while the tenant itself is being deleted.
    tenant = TenantForeignKey(db_constraint=False)
    slot = models.SmallIntegerField()
    users = models.BigIntegerField()

    objects: ClassVar[TenantScopedManager[UserCount]] = TenantScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slot"], name="user_count_slot"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.users} in slot {self.slot}"


class GroupCount(models.Model):
    """A part of the number of a tenant's directory groups, as :class:`UserCount` is of users."""

    tenant = TenantForeignKey(db_constraint=False, db_index=False)
    slot = models.SmallIntegerField()
    directory_groups = models.BigIntegerField()

    objects: ClassVar[TenantScopedManager[GroupCount]] = TenantScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slot"], name="group_count_slot"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.directory_groups} in slot {self.slot}"
