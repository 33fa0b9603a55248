"""Taking a seat back that was given by hand, unless a directory group gives it by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from licenses.models import Seat
from licenses.services import release_seat
from licenses.storage.given_by_groups import given_by_groups
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def release_unless_groups_give(*, seat: Seat, user: User, reason: str) -> bool:
    """Take back ``seat``, which ``user`` holds; return whether it was taken.

    If a directory group of theirs gives the licence, the seat stays, and is that of the group
    from now on: it goes when the group gives it no more.  The subscription is held before the
    groups are read, as whoever changes these does.
    """
    lock_subscriptions([seat.subscription_id])
    if seat.subscription_id not in given_by_groups(user.pk):
        release_seat(subscription=seat.subscription, user=user, reason=reason)
        return True
    why = _("Member of a directory group.")
    Seat.objects.filter(pk=seat.pk).update(by_group=True, grant_reason=why)
    product = seat.subscription.product.key
    audit.record("license.left_to_groups", user, product=product, reason=why)
    return False
