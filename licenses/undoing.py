"""Giving seats back that were taken, and taking back those that were given, as they were.

A seat that was released is history; who gets one again gets another row.  So the latest row of a
person and a subscription says whether anything has happened since: while it is the one that was
given or taken, that may be undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.signals import given_anew
from accounts.storage.group_locks import hold_people
from licenses.errors import LicenseError
from licenses.group_licenses import apply_group_licenses
from licenses.models import Seat
from licenses.services import assign_seat, release_seat
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class SeatChangedError(LicenseError):
    """What was done to the seat does not stand any more as it was done; the message says why."""


class Judged(NamedTuple):
    """Why seats are left as they are, by their keys, and the seats that are not."""

    left: dict[int, str]
    others: list[Seat]


def judge_taken(seat_ids: Collection[int]) -> Judged:
    """Tell of seats that were taken which of them are not given back, in three statements."""
    return _judge(seat_ids, is_held=False)


def judge_given(seat_ids: Collection[int]) -> Judged:
    """Tell the same of seats that were given, and are to be taken back."""
    return _judge(seat_ids, is_held=True)


@transaction.atomic
def give_seat_back(*, seat_id: int) -> None:
    """Give whoever held this seat one of the same subscription again.

    One that a directory group had given is theirs only while a group gives it still.

    Raises:
        SeatChangedError: They or the subscription are gone, or others have decided since.
        LicenseError: There is none for them; see :func:`licenses.services.assign_seat`.
    """
    seat, user = _held(seat_id)
    _refuse(judge_taken([seat_id]))
    if not seat.by_group:
        given = assign_seat(subscription=seat.subscription, user=user, reason=_("Undone"))
        given_anew.send(sender=Seat, user=user, former=seat_id, row=given.pk)
        return
    apply_group_licenses(user_ids=[user.pk], subscription_ids=[seat.subscription_id])
    if not Seat.objects.filter(user=user, subscription=seat.subscription, released=None).exists():
        raise SeatChangedError(
            _(
                "A directory group had given %(product)s. No group of theirs gives it now, or no "
                "seat is free; then they wait for one."
            )
            % {"product": seat.subscription.product}
        )


@transaction.atomic
def give_seats_back(*, seat_ids: Sequence[int]) -> list[str]:
    """Do this for each seat, as far as it can be done; return why the others do not come back.

    The seats are in the order of their subscriptions, in which everybody holds those.
    """
    reasons = []
    for seat_id in seat_ids:
        try:
            with transaction.atomic():
                give_seat_back(seat_id=seat_id)
        except LicenseError as refusal:
            reasons.append(str(refusal))
    return reasons


def seats_held(user: User) -> list[int]:
    """Return the keys of the seats that ``user`` holds, in the order of their subscriptions."""
    held = Seat.objects.filter(user=user, released=None)
    return list(held.order_by("subscription").values_list("pk", flat=True))


@transaction.atomic
def take_seat_back(*, seat_id: int) -> None:
    """Release this seat, which was given, if it is held still.

    Raises:
        SeatChangedError: It is not, or it is gone.
    """
    seat, user = _held(seat_id)
    _refuse(judge_given([seat_id]))
    release_seat(subscription=seat.subscription, user=user, reason=_("Undone"))


def _held(seat_id: int) -> tuple[Seat, User]:
    """Hold the person and the subscription of a seat, in the order that everybody keeps."""
    found = Seat.objects.filter(pk=seat_id).values_list("user_id", "subscription_id").first()
    if found is None or found[0] is None:
        raise SeatChangedError(_gone())
    hold_people([found[0]])
    lock_subscriptions([found[1]])
    seat = Seat.objects.select_related("user", "subscription__product").filter(pk=seat_id).first()
    if seat is None or seat.user is None:
        raise SeatChangedError(_gone())
    return seat, seat.user


def _refuse(judged: Judged) -> None:
    for reason in judged.left.values():
        raise SeatChangedError(reason)


def _judge(seat_ids: Collection[int], *, is_held: bool) -> Judged:
    wanted = list(seat_ids)
    seats = Seat.objects.filter(pk__in=wanted).select_related("user", "subscription__product")
    found = {seat.pk: seat for seat in seats}
    around = Seat.objects.filter(
        user__in={seat.user_id for seat in found.values() if seat.user_id},
        subscription__in={seat.subscription_id for seat in found.values()},
    )
    pairs = around.order_by().values_list("user", "subscription").annotate(last=Max("pk"))
    latest = {(user, subscription): last for user, subscription, last in pairs}
    left, others = {}, []
    for key in wanted:
        seat = found.get(key)
        if seat is None or seat.user is None:
            left[key] = _gone()
        elif latest[seat.user_id, seat.subscription_id] != key:
            left[key] = _("They were given %(product)s, or lost it, again since then.") % {
                "product": seat.subscription.product
            }
        elif is_held and seat.released is not None:
            left[key] = _("Somebody has taken %(product)s back since then.") % {
                "product": seat.subscription.product
            }
        else:
            others.append(seat)
    return Judged(left, others)


def _gone() -> str:
    return _("The person or the licence is not there any more.")
