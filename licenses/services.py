"""Give out seats and take them back; whoever waits for a seat gets what is freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.trail import audit
from licenses.errors import (
    InactiveUserError,
    LicenseError,
    NoSeatAvailableError,
    SubscriptionNotCurrentError,
)
from licenses.models import Seat, Subscription
from licenses.storage.seats import subscriptions_held
from licenses.waiting import fill_free_seats, lock_subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db import models


def assign_seat(
    *, subscription: Subscription, user: User, reason: str = "", by_group: bool = False
) -> Seat:
    """Give ``user`` a seat, or return the one they already hold; see :func:`give_seat`."""
    return give_seat(subscription=subscription, user=user, reason=reason, by_group=by_group)[0]


@transaction.atomic
def give_seat(
    *, subscription: Subscription, user: User, reason: str = "", by_group: bool = False
) -> tuple[Seat, bool]:
    """Return the seat that ``user`` holds then, and whether it was given only now.

    The person's row is locked first, so that nobody is deactivated while they get a seat.  Then
    the subscription's is, while seats are counted, so two administrators who assign the last
    seat at once cannot both succeed.

    Raises:
        InactiveUserError: The user is not active.
        SubscriptionNotCurrentError: The subscription has not started, or is over.
        NoSeatAvailableError: Every seat is taken by somebody else.
    """
    active = _lock_and_ask_whether_active(user)
    subscription = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("product")
        .get(pk=subscription.pk)
    )
    held = Seat.objects.filter(subscription=subscription, user=user, released=None).first()
    if held:
        return held, False
    taken = Seat.objects.filter(subscription=subscription, released=None).count()
    refusal = refusal_to_assign(subscription, user, active=active, taken=taken)
    if refusal:
        raise refusal
    seat = Seat.objects.create(
        subscription=subscription,
        user=user,
        user_label=user.user_name,
        granted_by=audit.acting(),
        grant_reason=reason[:300],
        by_group=by_group,
    )
    audit.record("license.granted", user, product=subscription.product.key, reason=reason)
    return seat, True


def refusal_to_assign(
    subscription: Subscription, user: User, *, active: bool, taken: int
) -> LicenseError | None:
    """Return why ``user``, who has no seat, gets none while so many are taken; or nothing."""
    if not active:
        return InactiveUserError(
            _("%(user)s is inactive. Activate them before giving them a licence.") % {"user": user}
        )
    if not subscription.is_current(timezone.localdate()):
        return SubscriptionNotCurrentError(
            _("The subscription to %(product)s is not running today.")
            % {"product": subscription.product}
        )
    if taken >= subscription.seats:
        return NoSeatAvailableError(
            _(
                "All %(seats)s seats of %(product)s are taken. "
                "Release one, or ask for more seats to be added to the subscription."
            )
            % {"seats": subscription.seats, "product": subscription.product}
        )
    return None


@transaction.atomic
def release_seat(*, subscription: Subscription, user: User, reason: str = "") -> list[int]:
    """Take the seat back; without one nothing happens.  The history is kept: return its key."""
    lock_subscriptions([subscription.pk])
    return release_seats(
        Seat.objects.filter(subscription=subscription, user=user, released=None), reason
    )


@transaction.atomic(savepoint=False)
def release_all_seats(*, user_ids: Collection[UUID], reason: str) -> None:
    """Take back every seat these people hold; the caller holds their rows, so they get no more.

    Without a savepoint, because every deactivation comes here: when this raises, a transaction
    that is open must be given up.
    """
    held = subscriptions_held(user_ids)
    if held:
        lock_subscriptions(held)
        release_seats(Seat.objects.filter(user_id__in=list(user_ids), released=None), reason)


@transaction.atomic
def release_seats_of_group(*, seat_ids: Collection[int], reason: str) -> None:
    """Take back these seats, which a directory group had given; the subscriptions are locked."""
    release_seats(Seat.objects.filter(pk__in=list(seat_ids), by_group=True, released=None), reason)


@transaction.atomic
def change_seats(
    *,
    user: User,
    assign: Collection[Subscription] = (),
    release: Collection[Subscription] = (),
    reason: str = "",
) -> None:
    """Give ``user`` seats and take others back: all of it, or nothing.

    What they hold besides stays, also what somebody else gives them at this moment.

    Raises:
        LicenseError: One of the seats cannot be given; see :func:`assign_seat`.
    """
    _lock_and_ask_whether_active(user)  # Before their seats, as a deactivation does.
    unwanted = Seat.objects.filter(user=user, released=None, subscription__in=release)
    # All at once and in one order, so that two administrators never wait for each other.
    lock_subscriptions({subscription.pk for subscription in (*assign, *release)})
    release_seats(unwanted, reason)
    for subscription in sorted(assign, key=lambda each: each.pk):
        assign_seat(subscription=subscription, user=user, reason=reason)


def _lock_and_ask_whether_active(user: User) -> bool:
    locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
    return bool(locked.values_list("active", flat=True).first())


def _kept_for(seat: Seat) -> User | None:
    """Return who is deleted and has a seat all the same, because their deletion was held."""
    if seat.kept_for is None:
        return None
    return User(pk=seat.kept_for, tenant_id=seat.tenant_id, user_name=seat.user_label)


def release_seats(seats: models.QuerySet[Seat], reason: str) -> list[int]:
    """Take these seats back; their subscriptions are locked, as whoever gives one does first."""
    held = list(
        seats.select_for_update(of=("self",)).select_related("user", "subscription__product")
    )
    if not held:
        return []
    Seat.objects.filter(pk__in=[seat.pk for seat in held]).update(
        released=timezone.now(), released_by=audit.acting(), release_reason=reason[:300]
    )
    audit.record_all(
        audit.Event(
            "license.released",
            seat.user or _kept_for(seat),
            {"product": seat.subscription.product.key, "reason": reason},
        )
        for seat in held
    )
    fill_free_seats(
        subscription_ids={seat.subscription_id for seat in held},
        passing_over={seat.user_id for seat in held if seat.user_id},
    )
    return [seat.pk for seat in held]
