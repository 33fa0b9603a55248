"""What the address of the log asks: a search, a kind, an outcome, a time, and a place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identifiers import is_canonical_uuid
from console.base.change_list import MOST_WORDS
from console.base.of_person import PERSON
from console.one_log.cursors import read_cursor
from console.one_log.kinds import KINDS
from console.one_log.outcomes import Outcome

if TYPE_CHECKING:
    from django.http import HttpRequest

    from console.base.questions import Questions
    from console.one_log.cursors import Cursor

SEARCH: Final = "q"
KIND: Final = "kind"
OUTCOME: Final = "outcome"
TIME: Final = "time"
SINCE: Final = "from"
UNTIL: Final = "to"
BEFORE: Final = "before"
_YEARS: Final = range(1970, 3000)
TIMES: Final = {
    "hour": (gettext_lazy("Last hour"), datetime.timedelta(hours=1)),
    "day": (gettext_lazy("Last 24 hours"), datetime.timedelta(days=1)),
    "week": (gettext_lazy("Last 7 days"), datetime.timedelta(days=7)),
    "month": (gettext_lazy("Last 30 days"), datetime.timedelta(days=30)),
}
"""The times that can be chosen, until now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked; every part of it may be empty.

    ``first`` and ``last`` are days, both of them included; with one of them ``time`` says nothing.
    """

    typed: str = ""
    person: str = ""
    kind: str = ""
    outcome: str = ""
    time: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    before: Cursor | None = None

    @property
    def since(self) -> datetime.datetime | None:
        """The moment from which on entries are wanted."""
        if self.first or self.last:
            return _midnight(self.first) if self.first else None
        return timezone.now() - TIMES[self.time][1] if self.time else None

    @property
    def until(self) -> datetime.datetime | None:
        """The moment before which entries are wanted."""
        return _midnight(self.last + datetime.timedelta(days=1)) if self.last else None

    @property
    def is_backwards(self) -> bool:
        """Whether the first day is after the last."""
        return bool(self.first and self.last and self.first > self.last)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.query())

    def query(self, **changed: str) -> str:
        """Return the address with these parameters changed, from the newest entry on."""
        values = {
            SEARCH: self.typed,
            PERSON: self.person,
            KIND: self.kind,
            OUTCOME: self.outcome,
            TIME: "" if self.first or self.last else self.time,
            SINCE: self.first.isoformat() if self.first else "",
            UNTIL: self.last.isoformat() if self.last else "",
            **changed,
        }
        return urlencode({name: value for name, value in values.items() if value})

    def when(self) -> str:
        """Return the time that is wanted in words."""
        if self.first and self.last:
            return _("%(first)s to %(last)s") % {"first": self.first, "last": self.last}
        if self.first:
            return _("from %(first)s") % {"first": self.first}
        if self.last:
            return _("until %(last)s") % {"last": self.last}
        return str(TIMES[self.time][0]) if self.time else ""


def asked_by(request: HttpRequest) -> Asked:
    """Return what the address asks, which :data:`QUESTIONS` have judged."""
    get = request.GET.get
    return Asked(
        typed=get(SEARCH, "").strip(),
        person=get(PERSON, ""),
        kind=get(KIND, ""),
        outcome=get(OUTCOME, ""),
        time=get(TIME, ""),
        first=_day(get(SINCE, "")),
        last=_day(get(UNTIL, "")),
        before=read_cursor(get(BEFORE, "")),
    )


def _day(value: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.year in _YEARS and day.isoformat() == value else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


FILTERS: Final[Questions] = {
    SEARCH: lambda value: len(value.split()) <= MOST_WORDS,
    PERSON: lambda value: value == "" or is_canonical_uuid(value),
    KIND: lambda value: value in {"", *KINDS},
    OUTCOME: lambda value: value in {"", *Outcome.values},
    TIME: lambda value: value in {"", *TIMES},
    SINCE: lambda value: value == "" or _day(value) is not None,
    UNTIL: lambda value: value == "" or _day(value) is not None,
}
"""What narrows the log, each with what it may say."""

QUESTIONS: Final[Questions] = {**FILTERS, BEFORE: lambda value: read_cursor(value) is not None}
"""What the page may be asked."""
