"""Undoing deactivations and reactivations of many people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.identifiers import read_uuid
from accounts.models import Role, User
from accounts.services.losses import sessions_of_one
from accounts.services.turned_back import (
    ACTIVITY,
    ROLE,
    is_active_already,
    is_inactive_already,
    turned_since,
    undo_deactivation,
    undo_reactivation,
    undo_role,
)
from console.base.doing import Done, own_account
from console.base.followed import OF_LEAVERS, Figure
from console.base.undoing import LookBack, Undo
from console.licences.undoing import SEATS_MAY_BE_TAKEN, too_late, words_for_wanted
from licenses.undoing import give_seats_back, judge_taken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import ActionLine

TURN: Final = "turn"
SEATS: Final = "seats"
BEFORE: Final = "before"
"""What is kept of a line: the entry of the trail that it wrote, the seats or the role lost."""


class UndoDeactivation(Undo):
    """Let people sign in again, and give them back the licences that they lost with it."""

    warns = SEATS_MAY_BE_TAKEN
    follows = (Figure.GIVEN,)
    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Undo the deactivation of %(n)s person?",
            "Undo the deactivation of %(n)s people?",
            count,
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s person was reactivated", "%(n)s people were reactivated", count)
        return text % {"n": told}

    @override
    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        left = _as_left(lines, active=False)
        coming = [line for line in lines if line.pk not in left]
        lost = [key for line in coming for key in line.kept[SEATS]]
        seats = judge_taken(lost).others
        people = User.objects.filter(pk__in=[line.row for line in coming])
        late = too_late(seats)
        return LookBack(
            consequences=[
                _("They can sign in again, with the role, access profiles and groups they have."),
                *words_for_wanted(seats),
                *_without_all(len({seat.user_id for seat in seats if seat.pk in late})),
                *words_for_managed(people),
            ],
            left=left,
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        undo_deactivation(user=obj, turn=choice[TURN])
        return Done(note=" ".join(give_seats_back(seat_ids=choice[SEATS])))


class UndoReactivation(Undo):
    """Deactivate those again who were inactive before."""

    danger = True
    spares_maker = True
    follows = OF_LEAVERS
    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Undo the reactivation of %(n)s person?",
            "Undo the reactivation of %(n)s people?",
            count,
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was deactivated again", "%(n)s people were deactivated again", count
        )
        return text % {"n": told}

    @override
    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        left = _as_left(lines, active=True)
        left |= {line.pk: own_account() for line in lines if line.row == str(request.user.pk)}
        # Whoever asks is an active admin, and stays one.
        going = User.objects.filter(pk__in=[line.row for line in lines if line.pk not in left])
        return LookBack(
            consequences=[
                _("They cannot sign in until somebody reactivates them. Nothing is deleted."),
                *model_admin.what_deactivation_takes(going),
                *words_for_managed(going),
            ],
            left=left,
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        sessions = sessions_of_one(obj)
        undo_reactivation(user=obj, turn=choice[TURN])
        return Done(sessions=sessions)


class UndoRole(Undo):
    """Give people the role back that they had."""

    spares_maker = True
    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Give %(n)s person their role back?", "Give %(n)s people their roles back?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was given their role back",
            "%(n)s people were given their roles back",
            count,
        )
        return text % {"n": told}

    @override
    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        people = {key: line for line in lines if (key := read_uuid(line.row))}
        found = set(User.objects.filter(pk__in=people).values_list("pk", flat=True))
        left = {people[pk].pk: gone() for pk in people if pk not in found}
        since = turned_since({pk: people[pk].kept[TURN] for pk in found}, ROLE)
        left |= {people[pk].pk: reason for pk, reason in since.items()}
        left |= {line.pk: own_account() for line in lines if line.row == str(request.user.pk)}
        back = Counter(line.kept[BEFORE] for line in lines if line.pk not in left)
        return LookBack(consequences=list(_roles(back)), left=left)

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        undo_role(user=obj, turn=choice[TURN], role=Role(choice[BEFORE]))


def gone() -> str:
    """Return why nothing is done to somebody who was deleted."""
    return _("They are not here any more.")


def _roles(back: Counter[str]) -> Iterator[str]:
    """Say how many people would have which role again."""
    for role, number in sorted(back.items()):
        text = ngettext(
            "%(n)s person has the role %(role)s again.",
            "%(n)s people have the role %(role)s again.",
            number,
        )
        yield text % {"n": number, "role": Role(role).label}


def words_for_managed(people: QuerySet[User]) -> list[str]:
    """Say how many of ``people`` an identity provider may change back."""
    number = people.exclude(source_ids=[]).count()
    text = ngettext(
        "%(n)s was written by an identity provider, which may change it back.",
        "%(n)s were written by an identity provider, which may change it back.",
        number,
    )
    return [text % {"n": number}] if number else []


def _as_left(lines: Sequence[ActionLine], *, active: bool) -> dict[int, str]:
    """Return of which lines the people are not as the action left them, and why."""
    people = {key: line for line in lines if (key := read_uuid(line.row))}
    found = dict(User.objects.filter(pk__in=people).values_list("pk", "active"))
    since = turned_since({pk: people[pk].kept[TURN] for pk in found}, ACTIVITY)
    already = is_inactive_already() if active else is_active_already()
    left = {line.pk: gone() for line in lines}
    for pk, is_active in found.items():
        line = people[pk]
        del left[line.pk]
        if is_active != active:
            left[line.pk] = already
        elif pk in since:
            left[line.pk] = since[pk]
    return left


def _without_all(people: int) -> list[str]:
    text = ngettext(
        "%(n)s person comes back without a licence that they had: no seat is free.",
        "%(n)s people come back without a licence that they had: no seat is free.",
        people,
    )
    return [text % {"n": people}] if people else []
