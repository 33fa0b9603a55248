"""Undoing what was done to the licences of many: each seat goes back to where it was."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from console.base.doing import Done
from console.base.followed import OF_SEATS
from console.base.undoing import LookBack, Undo
from licenses.models import Seat, Subscription
from licenses.undoing import give_seat_back, judge_given, judge_taken, take_seat_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest

    from accounts.models import ActionLine

GIVEN: Final = "given"
TAKEN: Final = "taken"
"""What is kept of a line: the key of the seat that was given or taken."""
SEATS_MAY_BE_TAKEN: Final = gettext_lazy("Seats that others took meanwhile do not come back.")


class UndoSeats(Undo):
    """Give back the seats that were taken, and take those back that were given."""

    warns = SEATS_MAY_BE_TAKEN
    follows = OF_SEATS

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Undo what was done to %(n)s licence?", "Undo what was done to %(n)s licences?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s licence was put back as it was",
            "%(n)s licences were put back as they were",
            count,
        )
        return text % {"n": told}

    @override
    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        line_of = {key: line.pk for line in lines for key in line.kept.values()}
        back = judge_taken([line.kept[TAKEN] for line in lines if TAKEN in line.kept])
        away = judge_given([line.kept[GIVEN] for line in lines if GIVEN in line.kept])
        inactive = _("They are inactive; only active people have licences.")
        left = back.left | away.left
        left |= {each.pk: inactive for each in back.others if each.user and not each.user.active}
        coming = [seat for seat in back.others if seat.pk not in left]
        going = words_for_freed(Counter(str(each.subscription.product) for each in away.others))
        return LookBack(
            consequences=[*words_for_wanted(coming), *going],
            left={line_of[key]: reason for key, reason in left.items()},
            late={line_of[key]: reason for key, reason in too_late(coming).items()},
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done | None:
        if GIVEN in choice:
            take_seat_back(seat_id=choice[GIVEN])
        else:
            give_seat_back(seat_id=choice[TAKEN])
        return None


def given(seat: Seat, is_new: bool) -> Done:  # noqa: FBT001 - as the service has it
    """Return what is kept of a seat that was given; nothing of one that they had."""
    return Done(kept={GIVEN: seat.pk}) if is_new else Done(note=_("They had it already."))


def taken(seat_ids: Sequence[int]) -> Done:
    """Return what is kept of the seat that was taken, if there was one."""
    if not seat_ids:
        return Done(note=_("They did not have it any more."))
    return Done(kept={TAKEN: seat_ids[0]})


def too_late(seats: Sequence[Seat]) -> dict[int, str]:
    """Return, by its key, why a seat would not come back as things stand now."""
    left, why = {}, {}
    for subscription, free in _free(seats).items():
        left[subscription.pk] = free
        why[subscription.pk] = (
            _("No seat of %(product)s is free for them now.")
            if subscription.is_current(timezone.localdate())
            else _("The subscription to %(product)s is not running today.")
        ) % {"product": subscription.product}
    late = {}
    for seat in seats:
        if left[seat.subscription_id] <= 0:
            late[seat.pk] = why[seat.subscription_id]
        left[seat.subscription_id] -= 1
    return late


def words_for_wanted(seats: Sequence[Seat]) -> Iterator[str]:
    """Say how many seats of each product would come back, and how many are free."""
    wanted = Counter(seat.subscription_id for seat in seats)
    for subscription, free in _free(seats).items():
        text = ngettext(
            "%(product)s: %(n)s seat was taken from them, and %(free)s are free now.",
            "%(product)s: %(n)s seats were taken from them, and %(free)s are free now.",
            wanted[subscription.pk],
        )
        number = wanted[subscription.pk]
        yield text % {"product": subscription.product, "n": number, "free": free}


def words_for_freed(freed: Mapping[str, int]) -> Iterator[str]:
    """Say how many seats of each product would be free then."""
    for product, number in sorted(freed.items()):
        text = ngettext(
            "%(product)s: %(n)s seat is free at once, or goes to who waits for one.",
            "%(product)s: %(n)s seats are free at once, or go to who waits for one.",
            number,
        )
        yield text % {"product": product, "n": number}


def _free(seats: Sequence[Seat]) -> dict[Subscription, int]:
    """Return the seats that are free of each subscription of ``seats``; none where it is over."""
    subscriptions = {seat.subscription_id: seat.subscription for seat in seats}
    current = Seat.objects.filter(subscription__in=subscriptions, released=None).order_by()
    held = dict(current.values_list("subscription").annotate(Count("pk")))
    today = timezone.localdate()
    return {
        each: max(each.seats - held.get(each.pk, 0), 0) if each.is_current(today) else 0
        for each in subscriptions.values()
    }
