"""How many seats are used and bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.storage.memberships import people_below
from licenses.models import GroupLicense, Seat, Subscription

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

_NEARLY_FULL = 90  # Percent.
LEVELS: Final = (80, 95, 100)
"""Percent of the seats; system admins are told when one is reached."""


def subscriptions_with_use() -> QuerySet[Subscription]:
    """Return the subscriptions in scope with their product and ``used``, the seats held now."""
    held = Seat.objects.filter(subscription=OuterRef("pk"), released=None).order_by()
    # From the index of seats that are held: what was given back costs nothing.
    number = held.values("subscription").annotate(number=Count("*")).values("number")
    return (
        Subscription.objects.select_related("product")
        .annotate(used=Coalesce(Subquery(number), 0))
        .order_by("product__name")
    )


def subscription_use(subscription: Any) -> dict[str, Any]:
    """Return what :func:`seats_in_use` says of a subscription with ``used``."""
    return seats_in_use(used=subscription.used, seats=subscription.seats)


def seats_in_use(*, used: int, seats: int) -> dict[str, Any]:
    """Return ``used``, ``seats``, ``free``, ``percent`` and ``kind``, which colours a bar.

    ``percent`` is between 0 and 100; ``kind`` is ``"bad"`` when nothing is free, ``"warn"`` from
    nine tenths on, and empty below.
    """
    free = max(seats - used, 0)
    percent = min(used * 100 // seats, 100) if seats else 100
    return {
        "used": used,
        "seats": seats,
        "free": free,
        "percent": percent,
        "kind": "bad" if not free else "warn" if percent >= _NEARLY_FULL else "",
    }


def by_product(seats: QuerySet[Seat]) -> dict[str, int]:
    """Return how many of ``seats`` there are of each product, by its name."""
    named = seats.order_by().values_list("subscription__product__name")
    return dict(named.annotate(Count("pk")).order_by("subscription__product__name"))


def seats_given_by(groups: Collection[UUID]) -> QuerySet[Seat]:
    """Return the seats that people hold through these directory groups, also through nesting."""
    given = GroupLicense.objects.filter(group__in=groups).values("subscription")
    return Seat.objects.filter(
        released=None, by_group=True, subscription__in=given, user__in=people_below(groups)
    )


def level_of(*, used: int, bought: int) -> int:
    """Return the highest of :data:`LEVELS` that is reached, or 0.

    >>> level_of(used=79, bought=100), level_of(used=95, bought=100), level_of(used=3, bought=2)
    (0, 95, 100)
    """
    return max((level for level in LEVELS if used and used * 100 >= level * bought), default=0)
