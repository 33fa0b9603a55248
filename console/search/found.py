"""What a search found: places to go to, under the heading of their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST: Final = 6
"""Places of one kind that are shown; the list of the kind has the others."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: the name of what is there, where or who it is, and the address."""

    name: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """The places of one kind, at most :data:`MOST`; ``all_at`` is the list that has more."""

    title: StrOrPromise
    places: list[Place]
    all_at: str = ""
