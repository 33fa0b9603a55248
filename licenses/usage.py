"""How many seats are used and bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from licenses.models import Subscription

if TYPE_CHECKING:
    from django.db.models import QuerySet


def subscriptions_with_use() -> QuerySet[Subscription]:
    """Return the subscriptions in scope with their product and ``used``, the seats held now."""
    return (
        Subscription.objects.select_related("product")
        .annotate(used=Count("seat_history", filter=Q(seat_history__released__isnull=True)))
        .order_by("product__name")
    )


def subscription_use(subscription: Any) -> dict[str, Any]:
    """Return ``used``, ``seats``, ``free`` and ``high`` (where a bar turns to warning)."""
    free = max(subscription.seats - subscription.used, 0)
    return {
        "used": subscription.used,
        "seats": subscription.seats,
        "free": free,
        "high": max(subscription.seats * 9 // 10, 1),
    }
