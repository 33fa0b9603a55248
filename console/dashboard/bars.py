"""Bars that stand on each other, day by day: where they are, in the units of the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format, number_format

from console.licences.chart import round_up

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

_LEFT: Final = 52
_RIGHT: Final = 480
_TOP: Final = 14
_BOTTOM: Final = 132
_LEAST: Final = 2
"""How high a bar is at least, so that one is seen beside thousands."""
_GAP: Final = 1
_WIDE: Final = 0.64
_NAMED: Final = 5
"""Days that are named below."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with its class in the style sheet."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """What the drawing shows: heights and days with their words, and the bars."""

    heights: list[tuple[str, str]]
    days: list[tuple[str, str]]
    bars: list[Bar]


def bars_of(
    rows: Sequence[tuple[datetime.date, Sequence[int]]], *, classes: Sequence[str]
) -> BarChart:
    """Return the bars of ``rows``, the oldest day first, with a number for each of ``classes``."""
    top = round_up(max((sum(numbers) for _day, numbers in rows), default=0))
    step = (_RIGHT - _LEFT) / max(len(rows), 1)

    def middle(place: int) -> float:
        return _LEFT + step * (place + 0.5)

    return BarChart(
        heights=[
            (
                f"{_BOTTOM - (_BOTTOM - _TOP) * number / top:.1f}",
                number_format(number, force_grouping=True),
            )
            for number in sorted({0, top // 2, top})
        ],
        days=[
            (f"{middle(place):.1f}", date_format(rows[place][0], "j M"))
            for place in _named(len(rows))
        ],
        bars=[
            bar
            for place, (_day, numbers) in enumerate(rows)
            for bar in _stacked(
                middle(place), step * _WIDE, top, zip(classes, numbers, strict=True)
            )
        ],
    )


def _stacked(
    middle: float, width: float, top: int, numbers: Iterator[tuple[str, int]]
) -> Iterator[Bar]:
    bottom = float(_BOTTOM - _GAP)
    for kind, number in numbers:
        if not number:
            continue
        height = max((_BOTTOM - _TOP) * number / top - _GAP, _LEAST)
        bottom -= height
        yield Bar(
            kind, f"{middle - width / 2:.1f}", f"{bottom:.1f}", f"{width:.1f}", f"{height:.1f}"
        )
        bottom -= _GAP


def _named(days: int) -> list[int]:
    """Return the places of the days that are named, none so near an end that it is cut off.

    >>> _named(30), _named(1)
    ([3, 9, 15, 21, 27], [0])
    """
    step = max(days // _NAMED, 1)
    return list(range(min(step // 2, days - 1), days, step)) if days else []
