"""Seats of people who have not signed in for a number of days, and taking them back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.errors import SeatNotIdleError
from licenses.models import Seat
from licenses.services import release_seat
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_IDLE: Final = 3650
"""Days."""


def idle_seats(days: int) -> QuerySet[Seat]:
    """Return the seats held by people who have not signed in for so many days.

    Somebody who has never signed in counts from the day that their account was made, and nobody
    whose seat was given since then: they have had no time to use it.
    """
    since = timezone.now() - timedelta(days=days)
    is_idle = Q(user__last_login__lt=since) | Q(user__last_login=None, user__created__lt=since)
    return Seat.objects.filter(is_idle, released=None, granted__lt=since)


@transaction.atomic
def release_idle_seat(*, seat: Seat, days: int) -> list[int]:
    """Take the seat back if its holder has still not signed in for so many days.

    Returns the key of what :func:`licenses.services.release_seat` has taken back.

    Raises:
        SeatNotIdleError: They have, or hold it no longer.
    """
    lock_subscriptions([seat.subscription_id])
    found = idle_seats(days).select_related("user", "subscription").filter(pk=seat.pk).first()
    if found is None or found.user is None:
        raise SeatNotIdleError(
            _("They have signed in meanwhile, or hold this seat no longer. Nothing was taken.")
        )
    reason = ngettext("Not signed in for %(n)s day.", "Not signed in for %(n)s days.", days) % {
        "n": days
    }
    return release_seat(subscription=found.subscription, user=found.user, reason=reason)
