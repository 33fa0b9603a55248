"""Where the audit trail of a tenant begins, now that its oldest entries are deleted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from accounts.models.transactions import TransactionNumberField
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager


class TrailStart(models.Model):
    """The last entry that retention has deleted of one tenant, or of those that concern none.

    A reader of the feed of changes that has not come so far has missed something.
    """

    # Like an entry of the trail: no key, so that nothing waits for the tenant's row.
    tenant = TenantForeignKey(null=True, db_index=False, db_constraint=False)
    generation = models.CharField(max_length=50, help_text="As in a position of the feed.")
    transaction = TransactionNumberField()
    entry_id = models.BigIntegerField()

    objects: ClassVar[TenantScopedManager[TrailStart]] = TenantScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], nulls_distinct=False, name="trail_has_one_start"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.transaction}:{self.entry_id}"
