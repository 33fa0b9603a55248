"""The newest entries of several logs at once: one statement finds their keys, one each their rows.

The rows of a log are found in parts, each by one index and none longer than the page; what is
joined is as long as the parts, however long the logs are.  Who may see what is said by the rows of
each log, so that what is hidden changes neither what is found nor where a page ends.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, TextField, Value
from django.db.models.functions import Cast

from accounts.trail.search import Sought, seek
from console.one_log.cursors import Cursor
from console.one_log.entries import reference_of
from console.one_log.kinds import STREAMS, parts_of
from console.one_log.known import known_to
from console.one_log.streams import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from console.one_log.asked import Asked
    from console.one_log.entries import Entry
    from console.one_log.streams import Stream


class Page(NamedTuple):
    """Some entries, the newest first.

    Attributes:
        cursors: The place of each.
        has_older: Whether there are more that are older.
    """

    cursors: list[Cursor]
    has_older: bool


def look_up(asked: Asked) -> Sought | None:
    """Return who and what is searched for; nothing where nothing is."""
    return seek(asked.typed) if asked.typed else None


def newest(
    request: HttpRequest,
    asked: Asked,
    sought: Sought | None,
    streams: Sequence[Stream],
    *,
    most: int,
) -> Page:
    """Return the newest entries of ``streams`` that are asked for, at most so many."""
    found = [
        part for stream in streams for part in _parts(request, asked, sought, stream, most + 1)
    ]
    if not found or asked.is_backwards:
        return Page([], has_older=False)
    first, *rest = found
    rows = first.union(*rest, all=True) if rest else first
    cursors = {Cursor(moment, name, STREAMS[name].reads_key(key)) for moment, name, key in rows}
    ordered = sorted(cursors, key=lambda each: each.order, reverse=True)
    return Page(ordered[:most], has_older=len(ordered) > most)


def told(request: HttpRequest, cursors: Sequence[Cursor]) -> list[Entry]:
    """Return entries in words, in the order of their places; those that went meanwhile are not."""
    keys: dict[str, list[Any]] = defaultdict(list)
    for cursor in cursors:
        keys[cursor.stream].append(cursor.key)
    rows = {
        name: list(STREAMS[name].rows(request).filter(pk__in=wanted))
        for name, wanted in keys.items()
    }
    names = (
        about
        for name, listed in rows.items()
        for row in listed
        for about in STREAMS[name].names(row)
    )
    known = known_to(request, names)
    entries = {
        (entry.stream, entry.key): entry
        for name, listed in rows.items()
        for entry in STREAMS[name].tell(listed, known)
    }
    places = ((cursor.stream, str(cursor.key)) for cursor in cursors)
    return [entries[place] for place in places if place in entries]


def _parts(
    request: HttpRequest, asked: Asked, sought: Sought | None, stream: Stream, most: int
) -> Iterator[QuerySet[Any]]:
    of_kind = parts_of(asked.kind).get(stream.name, ())
    ended = stream.outcomes.get(asked.outcome) if asked.outcome else Q()  # type: ignore[call-overload]
    if not of_kind or ended is None or (asked.person and stream.of_person is None):
        return
    condition = ended & _within(asked, stream)
    if asked.person and stream.of_person is not None:
        condition &= stream.of_person(asked.person)
    rows = stream.rows(request).filter(condition)
    if sought is not None:
        # Few are found: which of the kind's parts they are in needs no index.
        any_part = _any_of(of_kind)
        for part in (*stream.sought(request, sought), *_referred(stream, sought)):
            yield _keys(stream, rows.filter(any_part), part, most)
        return
    for part in of_kind:
        yield _keys(stream, rows, part, most)


def _any_of(parts: Sequence[Part]) -> Q:
    any_part = Q()
    for part in parts:
        any_part |= part.condition
    return any_part


def _referred(stream: Stream, sought: Sought) -> Iterator[Part]:
    """Yield the one row that a reference means, if it is one of this log."""
    name, _dash, key = sought.typed.lower().rpartition(f"{stream.name}-")
    found = stream.reads_key(key)
    if not name and found is not None and reference_of(stream.name, found) == sought.typed.lower():
        yield Part(Q(pk=found))


def _within(asked: Asked, stream: Stream) -> Q:
    since, until = asked.since, asked.until
    condition = Q(**{f"{stream.moment}__gte": since}) if since else Q()
    condition &= Q(**{f"{stream.moment}__lt": until}) if until else Q()
    return condition & asked.before.older_in(stream) if asked.before else condition


def _keys(stream: Stream, rows: QuerySet[Any], part: Part, most: int) -> QuerySet[Any]:
    """Return moment, log and key of the newest rows of a part."""
    moment: Any = F(stream.moment)
    if part.is_rare:  # No index has this order, so none is walked through for it.
        moment = ExpressionWrapper(moment + Value(timedelta()), output_field=DateTimeField())
    found: QuerySet[Any] = rows.filter(part.condition).order_by(moment.desc(), "-pk")
    columns = {
        "the_moment": F(stream.moment),
        "the_log": Value(stream.name, output_field=TextField()),
        "the_key": Cast("pk", TextField()),
    }
    keys: QuerySet[Any] = found.annotate(**columns).values_list(*columns)
    return keys[:most]
