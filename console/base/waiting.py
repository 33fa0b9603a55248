"""How much waits for who looks, beside the pages of the navigation: all of it in one statement."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from django.db.models import Value
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.db.models import QuerySet
    from django.http import HttpRequest

MOST: Final = 99
"""No more of one kind are counted, however many there are."""

Waiting: TypeAlias = "Callable[[HttpRequest], QuerySet[Any]]"
_kinds: dict[str, Waiting] = {}


class HowMany(NamedTuple):
    """A number of what waits, which is told up to :data:`MOST`."""

    number: int

    @override
    def __str__(self) -> str:
        return f"{MOST}+" if self.number > MOST else str(self.number)


def count_beside(entry: str, waiting: Waiting) -> None:
    """Tell beside ``entry`` of the navigation how many rows wait for who looks.

    Args:
        entry: The label of a model, or the name of a page, as in
            :mod:`console.base.navigation`.
        waiting: Returns the rows.  An index has to find them: every page of the console asks.

    Raises:
        ValueError: Something is counted beside it already.
    """
    if entry in _kinds:
        raise ValueError(f"Something is counted beside {entry!r} already.")
    _kinds[entry] = waiting


def waiting_beside(request: HttpRequest, entries: Collection[str]) -> dict[str, HowMany]:
    """Return how much waits beside these entries, where anything does.

    With one statement, which reads at most :data:`MOST` rows and one of each kind; with none where
    nothing is counted beside them.
    """
    parts = [
        waiting(request).order_by().values_list(Value(entry))[: MOST + 1]
        for entry, waiting in _kinds.items()
        if entry in entries
    ]
    if not parts:
        return {}
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    return {entry: HowMany(number) for entry, number in Counter(each for [each] in rows).items()}
