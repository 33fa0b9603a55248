"""What follows from a line of an action beside what was wanted: counted with it, told in numbers.

The numbers stand with the line, in the transaction of its effect.  The trail could not tell them
later: a tenant may keep it for less time than results, and it forgets who was erased.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, IntegerField, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import ActionLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from accounts.models import ActionResult
    from accounts.trail.audit import Event


class Figure(StrEnum):
    """What may follow, by the name under which a line keeps its number."""

    SESSIONS = "sessions"
    """Sessions of the person that ended."""
    FREED = "freed"
    """Seats that were taken back, whoever has them then."""
    WAITED = "waited"
    """Seats that somebody else was given, who waited for one."""
    GIVEN = "given"
    """Seats that the person was given."""


LABELS: Final[dict[Figure, StrOrPromise]] = {
    Figure.SESSIONS: _("Sessions ended"),
    Figure.FREED: _("Seats that came free"),
    Figure.WAITED: _("Given to people who waited"),
    Figure.GIVEN: _("Seats given to them"),
}
OF_SEATS: Final = (Figure.FREED, Figure.WAITED)
OF_LEAVERS: Final = (Figure.SESSIONS, *OF_SEATS)
"""What follows where seats are taken back, and where people leave."""
_RELEASED: Final = "license.released"
_GRANTED: Final = "license.granted"


class Told(NamedTuple):
    """A figure as the page has it: what it counts, the number in words, a page that has the rows.

    It is ``name`` that is bounded and set apart, in what it counts, where somebody chose it.
    """

    label: StrOrPromise
    number: str
    name: str = ""
    url: str = ""


elsewhere: Final[list[Callable[[HttpRequest, ActionResult], Iterator[Told]]]] = []
"""Each tells what follows in a room of its own.  Such a room adds to it when it is loaded."""


def followed(line: ActionLine, entries: Iterable[Event], *, sessions: int) -> dict[str, int]:
    """Return what followed from a line, by what was written to the trail meanwhile."""
    about = {line.row, str(line.person)}
    numbers = dict.fromkeys(Figure, 0) | {Figure.SESSIONS: sessions}
    for entry in entries:
        is_own = entry.target is not None and str(entry.target.pk) in about
        if entry.action == _RELEASED:
            numbers[Figure.FREED] += 1
        elif entry.action == _GRANTED:
            numbers[Figure.GIVEN if is_own else Figure.WAITED] += 1
    return {str(figure): number for figure, number in numbers.items() if number}


def figures_of(result: ActionResult, wanted: Sequence[Figure]) -> list[Told]:
    """Return these figures of an action, in one statement.

    There are none while nothing is done, or where a line is of a version that did not count.
    """
    if not wanted:
        return []
    done = result.lines.filter(outcome=ActionLine.Outcome.DONE)
    numbers = done.aggregate(
        done=Count("pk"),
        uncounted=Count("pk", filter=Q(followed__isnull=True)),
        **{
            str(figure): Coalesce(Sum(Cast(KT(f"followed__{figure}"), IntegerField())), 0)
            for figure in wanted
        },
    )
    if numbers["uncounted"] or not numbers["done"]:
        return []
    return [Told(LABELS[figure], f"{numbers[figure]:,}") for figure in wanted]
