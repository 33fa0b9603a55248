"""Seats over time as a chart: where its lines run, in the units of the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format, number_format

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Sequence

    from licenses.models import SeatCount

_LEFT: Final = 56
_RIGHT: Final = 474
_TOP: Final = 14
_BOTTOM: Final = 148
_TICKS: Final = 5
"""Days that are named below, at most."""
_LONG: Final = 90
"""Days from which on a week is one point."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line; where days are missing it is broken, and a day by itself is a dot.

    Attributes:
        kind: Its class in the style sheet.
        lines: Each the points of one piece, as SVG writes them.
        dots: The middle of each dot.
    """

    kind: str
    lines: list[str]
    dots: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """What the drawing shows: heights and days with their words, and the lines."""

    heights: list[tuple[str, str]]
    days: list[tuple[str, str]]
    series: list[Series]


def thinned(counts: Sequence[SeatCount], days: int) -> list[SeatCount]:
    """Return the points of a chart over so many days: each count, or the last one of each week."""
    if days <= _LONG:
        return list(counts)
    weeks = {count.day - timedelta(days=count.day.weekday()): count for count in counts}
    return list(weeks.values())


def chart_of(points: Sequence[SeatCount], *, first: datetime.date, last: datetime.date) -> Chart:
    """Return the chart of ``points``, oldest first, between two days."""
    top = round_up(max((max(each.bought, each.used, each.waiting) for each in points), default=0))
    span = max((last - first).days, 1)
    # Two counts a week may be almost two weeks apart.
    gap = timedelta(days=13 if span > _LONG else 1)

    def x(day: datetime.date) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (day - first).days / span

    def y(number: int) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * number / top

    def series(kind: str, number: Callable[[SeatCount], int]) -> Series:
        pieces = [
            [(f"{x(each.day):.1f}", f"{y(number(each)):.1f}") for each in piece]
            for piece in _pieces(points, gap)
        ]
        return Series(
            kind,
            [" ".join(map(",".join, piece)) for piece in pieces if len(piece) > 1],
            [piece[0] for piece in pieces if len(piece) == 1],
        )

    return Chart(
        heights=[
            (f"{y(number):.1f}", number_format(number, force_grouping=True))
            for number in sorted({0, top // 2, top})
        ],
        days=[(f"{x(day):.1f}", date_format(day, "j M")) for day in _named_days(first, last)],
        series=[
            series("limit", lambda each: each.bought),
            series("line", lambda each: each.used),
            series("waits", lambda each: each.waiting),
        ],
    )


def _pieces(points: Iterable[SeatCount], gap: timedelta) -> list[list[SeatCount]]:
    """Return the points in pieces, between which days are missing."""
    found = list(points)
    pieces = [found[:1]] if found else []
    for before, each in pairwise(found):
        if each.day - before.day > gap:
            pieces.append([])
        pieces[-1].append(each)
    return pieces


def _named_days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Return days at equal distances, none so near an end that its name is cut off."""
    step = max((last - first).days // _TICKS, 1)
    return [first + timedelta(days=step // 2 + step * n) for n in range(_TICKS)]


def round_up(number: int) -> int:
    """Return the top of a scale: a round number, even, that is at least ``number``.

    >>> [round_up(number) for number in (0, 1, 7, 11, 260, 2500, 999_999)]
    [2, 2, 10, 20, 400, 4000, 1000000]
    """
    unit = 1
    while True:
        for first in (2, 4, 10):
            if first * unit >= number:
                return first * unit
        unit *= 10
