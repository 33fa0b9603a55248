"""A place in the log: behind one entry, whatever has been written since."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Q
from typing_extensions import override

from console.one_log.kinds import STREAMS

if TYPE_CHECKING:
    from console.one_log.streams import Stream

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_TEXT: Final = re.compile(r"([0-9]{1,17})\.([a-z-]{1,10})\.([0-9a-f-]{1,36})")
_RANKS: Final = {name: rank for rank, name in enumerate(STREAMS)}


class Cursor(NamedTuple):
    """The moment of an entry, its log, and its key there: what entries are put in order by."""

    moment: datetime
    stream: str
    key: Any

    @override
    def __str__(self) -> str:
        return f"{(self.moment - _START) // _TICK}.{self.stream}.{self.key}"

    @property
    def order(self) -> tuple[datetime, int, Any]:
        """What sorts entries: the newest has the greatest."""
        return self.moment, -_RANKS[self.stream], self.key

    def older_in(self, stream: Stream) -> Q:
        """Return the condition for the rows of a log that come after this one on the page."""
        before = {f"{stream.moment}__lte": self.moment}
        if _RANKS[stream.name] > _RANKS[self.stream]:
            return Q(**before)
        if stream.name != self.stream:
            return Q(**{f"{stream.moment}__lt": self.moment})
        return Q(**before) & ~Q(**{stream.moment: self.moment, "pk__gte": self.key})


def read_cursor(text: str) -> Cursor | None:
    """Return the place that an address names, or nothing where it names none."""
    found = _TEXT.fullmatch(text)
    stream = STREAMS.get(found[2]) if found else None
    if not found or stream is None:
        return None
    key = stream.reads_key(found[3])
    return None if key is None else Cursor(_START + int(found[1]) * _TICK, found[2], key)
