"""Searching a catalogue of known systems by the words that somebody typed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from accounts.storable import is_storable
from accounts.storage.folding import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST: Final = 100


class Known(Protocol):
    """An entry of a catalogue."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def about(self) -> str:
        """A sentence about it."""

    @property
    def source(self) -> str:
        """The document that this is from: an address, or its title."""

    @property
    def checked(self) -> str:
        """The day on which it was looked at there, as in ISO 8601."""


_KnownT = TypeVar("_KnownT", bound=Known)


def card(entry: Known, url: str) -> dict[str, Any]:
    """Return what a card shows of an entry; ``url`` is where it leads."""
    return {
        "name": entry.name,
        "about": entry.about,
        "source": urlsplit(entry.source).hostname or entry.source,
        "checked": date.fromisoformat(entry.checked),
        "url": url,
    }


def is_search(value: str) -> bool:
    """Accept what may be searched for."""
    return len(value) <= _LONGEST and is_storable(value)


def with_words(known: Sequence[_KnownT], typed: str) -> list[_KnownT]:
    """Return the entries whose name or sentence has every word that was typed."""
    if not typed:
        return list(known)
    words = typed.split()
    texts = folded([*words, *(f"{each.name} {each.about}" for each in known)])
    wanted, texts = texts[: len(words)], texts[len(words) :]
    return [
        each
        for each, text in zip(known, texts, strict=True)
        if all(word in text for word in wanted)
    ]
