"""Reminding admins of what is held, day by day; forgetting what was decided long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import HeldChange, SourceLoss, Tenant
from accounts.services.held_letters import reminder_letter
from accounts.services.notices import notify_admins
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures

KEPT: Final = timedelta(days=30)
"""How long it is told what became of a held change."""
_AT_ONCE: Final = timedelta(hours=12)
"""Whoever was told so recently that a change began is not reminded of it yet."""
_COUNTED: Final = timedelta(hours=1)


def remind_of_held_changes() -> dict[str, Any]:
    """Mail every tenant which changes are held still; return of how many, and who failed.

    What was decided long ago is forgotten; nothing is ever carried out by itself.
    """
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"reminders_sent": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    now = timezone.now()
    with tenant_scope(tenant):
        HeldChange.objects.filter(ended__lt=now - KEPT).delete()
        SourceLoss.objects.filter(at__lt=now - _COUNTED).delete()
        still = HeldChange.objects.filter(
            state=HeldChange.State.OPEN, opened__lt=now - _AT_ONCE
        ).annotate(held=Count("people", filter=Q(people__outcome="")))
        changes = list(still)
        for change in changes:
            notify_admins(tenant=tenant, letter=reminder_letter(change, people=change.held))
    return len(changes)
