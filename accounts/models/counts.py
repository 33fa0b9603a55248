"""Numbers that are kept, so that no page has to count: of a tenant, and of each of its days."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from accounts.models.transactions import TransactionNumberField
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


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


class DailyCount(TenantScopedModel):
    """How often something of one kind happened on a day; jobs count it from the logs, once.

    It names nobody, and outlives what it was counted from.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        SIGNED_IN = "signed_in"
        SIGN_IN_REFUSED = "sign_in_refused"
        CREATED = "created"
        CHANGED = "changed"
        DEACTIVATED = "deactivated"
        DELETED = "deleted"
        CALL_REFUSED = "call_refused"
        """A source wanted to change somebody, and might not."""

    # The constraint below begins with it.
    tenant = TenantForeignKey(db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=20, choices=Kind)
    number = models.PositiveBigIntegerField()

    objects: ClassVar[TenantScopedManager[DailyCount]] = TenantScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day", "kind"], name="daily_count_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.number} {self.kind} on {self.day}"


class CountedLog(models.Model):
    """How far a log, of all tenants together, has gone into the daily counts.

    Ids are given before their rows are committed, in another order.  So what was ``seen`` is
    counted only when every transaction that was numbered before ``seen_transaction`` is over.
    """

    log = models.CharField(primary_key=True, max_length=60, help_text="The label of its model.")
    counted = models.BigIntegerField(default=0, help_text="The last id that is counted.")
    seen = models.BigIntegerField(default=0, help_text="The last id that was given out.")
    seen_transaction = TransactionNumberField(default=0)

    @override
    def __str__(self) -> str:
        return f"{self.log}: {self.counted} of {self.seen}"
