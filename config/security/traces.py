"""A trace as a page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def name_of(check: object) -> str:
    """Return a check's name for people to read.

    >>> name_of("in_response_to")
    'In response to'
    """
    return str(check).replace("_", " ").capitalize()


def named(trace: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of a trace, each with a ``name`` for people to read."""
    return [{**line, "name": name_of(line["check"])} for line in trace]
