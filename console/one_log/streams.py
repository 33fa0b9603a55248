"""A log that the page joins with others: whose it is, how it is searched, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from accounts.identifiers import read_number, uuid_of
from accounts.models import User
from console.base.access import Access, access_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from console.one_log.entries import About, Entry, Known
    from console.one_log.outcomes import Outcome


class Part(NamedTuple):
    """Some of the rows of a log, which are found with an index of their own.

    ``is_rare`` says that all of them are found first and put in order then: the index that finds
    them does not order them by time, and walking through time could last until the beginning.
    """

    condition: Q = Q()
    is_rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One log.

    Attributes:
        name: What addresses and references call it.
        model: Its rows.
        moment: The column with the time that they are put in order by.
        page: The page whose viewers see it, as the access table calls it; whoever may enter the
            console sees what is theirs where there is none.
        rows: Its rows as the page that is its own shows them to whoever asks.
        outcomes: The condition for each outcome that a row can have.
        sought: The parts that are found by what somebody typed.
        of_person: The condition for rows about the person with a key; none: it names nobody.
        names: What a row names.
        tell: The rows in words.
        reads_key: Reads the key of a row; nothing where a text is none.
    """

    name: str
    model: type[Model]
    moment: str
    page: str
    rows: Callable[[HttpRequest], QuerySet[Any]]
    outcomes: Mapping[Outcome, Q]
    sought: Callable[[HttpRequest, Sought], Iterator[Part]]
    of_person: Callable[[str], Q] | None
    names: Callable[[Any], Iterable[About]]
    tell: Callable[[Sequence[Any], Known], list[Entry]]
    reads_key: Callable[[str], Any] = read_number

    def may(self, request: HttpRequest, right: Access) -> bool:
        """Whether whoever asks has a right on the page of the log."""
        user = request.user
        if not isinstance(user, User):
            return False
        return not self.page or right in access_of(user, self.page)


def sees(request: HttpRequest, model: type[Model]) -> bool:
    """Whether whoever asks may open the list of a model."""
    user = request.user
    return isinstance(user, User) and Access.VIEW in access_of(user, model._meta.label_lower)


def shows(column: str, typed: str) -> Q:
    """Return the condition for rows that show in a column what was typed, word by word.

    For who may not open what they are found by: a search is no way to learn what a row hides.
    """
    condition = Q()
    for word in typed.split():
        condition &= Q(**{f"{column}__finds": word})
    return condition


def read_own_uuid(text: str) -> Any:
    """Return the UUID that ``text`` is, or nothing."""
    try:
        return uuid_of(text)
    except ValueError:
        return None
