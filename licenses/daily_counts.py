"""Counting seats once a day, and telling system admins by mail what the count has crossed.

A count is written once for each day, in one transaction with its mails.  What was told already is
read off the count before it, so that each crossing is told once, and one that is crossed back and
again is told again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.services.expiry import due_threshold
from accounts.services.notices import notify_admins
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from licenses.letters import end_letter, seats_letter
from licenses.models import SeatCount
from licenses.storage.seat_counts import note_counts
from licenses.usage import level_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection


def count_seats() -> dict[str, Any]:
    """Count the seats of every tenant; return of how many subscriptions, and who failed."""
    done, failed = do_for_each(
        Tenant.objects.order_by("pk"), lambda tenant: count_seats_of(tenant=tenant)
    )
    return with_failures({"subscriptions_counted": sum(done.values())}, failed)


@transaction.atomic
def count_seats_of(*, tenant: Tenant) -> int:
    """Write down how the tenant's subscriptions stand today; return how many are counted anew.

    System admins are mailed which of them has reached a further one of
    :data:`licenses.usage.LEVELS` since the count before, and which ends soon.
    """
    with tenant_id_scope(tenant.pk):
        day = timezone.localdate()
        counted = note_counts(day)
        before = _counts_before(day, counted)
        today = SeatCount.objects.filter(day=day, subscription__in=counted)
        for count in today.select_related("subscription__product").order_by("subscription"):
            last = before.get(count.subscription_id)
            _tell_of_seats(tenant, count, last)
            _tell_of_the_end(tenant, count, last)
    return len(counted)


def _counts_before(day: datetime.date, subscriptions: Collection[int]) -> dict[int, SeatCount]:
    """Return the last count of each subscription before that of ``day``."""
    earlier = SeatCount.objects.filter(subscription__in=subscriptions, day__lt=day)
    last = earlier.order_by("subscription_id", "-day").distinct("subscription_id")
    return {count.subscription_id: count for count in last}


def _tell_of_seats(tenant: Tenant, count: SeatCount, last: SeatCount | None) -> None:
    level = level_of(used=count.used, bought=count.bought)
    if level <= (level_of(used=last.used, bought=last.bought) if last else 0):
        return
    audit.record(
        "subscription.seats_mail_sent", count.subscription, seats=count.bought, used=count.used
    )
    notify_admins(tenant=tenant, letter=seats_letter(tenant=tenant, count=count, level=level))


def _tell_of_the_end(tenant: Tenant, count: SeatCount, last: SeatCount | None) -> None:
    if count.ends is None or count.ends < count.day:
        return
    days = (count.ends - count.day).days
    told = None
    if last is not None and last.ends == count.ends:  # Another end is told from the beginning.
        told = due_threshold((last.ends - last.day).days, None)
    if due_threshold(days, told) is None:
        return
    audit.record("subscription.end_mail_sent", count.subscription, days=days)
    notify_admins(tenant=tenant, letter=end_letter(tenant=tenant, count=count, days=days))
