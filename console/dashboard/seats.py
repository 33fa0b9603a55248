"""Seats by product as the dashboard tells of them.

In a company of more people than a list counts, they are those of the last daily count: who waits
cannot be known without reading every member of every group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import OuterRef, Subquery

from licenses.models import SeatCount, Subscription
from licenses.storage.seat_counts import SeatsNow, seats_now
from licenses.usage import seats_in_use

if TYPE_CHECKING:
    import datetime


class Seats(NamedTuple):
    """The seats of each product, by name.

    Attributes:
        rows: Each with ``key``, ``product``, ``ends``, ``used``, ``seats``, ``free``, ``percent``,
            ``kind`` and ``waiting``.
        counted: The day on which they were counted; nothing when that is now.
    """

    rows: list[dict[str, Any]]
    counted: datetime.date | None = None


def seats_of(*, is_large: bool) -> Seats:
    """Return the seats of the active tenant: two statements, one in a large company."""
    subscriptions = Subscription.objects.select_related("product").order_by("product__name")
    if not is_large:
        return Seats(_rows(subscriptions, seats_now()))
    last = SeatCount.objects.filter(subscription=OuterRef("pk")).order_by("-day")
    found: list[Any] = list(
        subscriptions.annotate(
            **{name: Subquery(last.values(name)[:1]) for name in ("day", "used", "waiting")}
        )
    )
    kept = {each.pk: SeatsNow(each.used or 0, each.waiting or 0) for each in found}
    days = [each.day for each in found if each.day is not None]
    return Seats(_rows(found, kept), min(days, default=None))


def _rows(subscriptions: Any, now: dict[int, SeatsNow]) -> list[dict[str, Any]]:
    return [
        {
            "key": each.pk,
            "product": each.product,
            "ends": each.ends,
            "waiting": now[each.pk].waiting if each.pk in now else 0,
            **seats_in_use(used=now[each.pk].used if each.pk in now else 0, seats=each.seats),
        }
        for each in subscriptions
    ]
