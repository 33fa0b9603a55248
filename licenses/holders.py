"""Who holds, or held, a seat on a day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from licenses.models import Seat

if TYPE_CHECKING:
    from django.db.models import QuerySet


def seats_held_on(day: datetime.date, subscription_id: int | None = None) -> QuerySet[Seat]:
    """Return the seats that were held when ``day`` ended, in the time zone that is active.

    For today that is now.  Those of one subscription only, if one is named.
    """
    tomorrow = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
    end = timezone.make_aware(tomorrow)
    held = Seat.objects.filter(Q(released=None) | Q(released__gte=end), granted__lt=end)
    if subscription_id is not None:
        held = held.filter(subscription=subscription_id)
    return held.select_related("subscription__product", "user").order_by("user_label", "pk")
