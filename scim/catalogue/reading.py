"""The known identity providers: one TOML file each, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC: Final = "generic"
"""The key of what is known of no identity provider in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of an identity provider before it has sent anything.

    Attributes:
        about: A sentence about what it sends.
        where: Where its admin enters the SCIM URL and the token.
        source: Where this is from.
        checked: The day on which it was looked at there.
        users: Rows of the table of users that are other than the default ones, or more: the field
            here, and the attribute that it sends.
        required: Fields of a user without which a create is refused.
        options: Options of the source that are other than the default ones.
    """

    key: str
    name: str
    about: str
    where: str
    source: str
    checked: str
    users: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@cache
def entries() -> tuple[Entry, ...]:
    """Return every known identity provider, by name, the generic one first."""
    folder = resources.files(__package__)
    found = [
        _entry(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda each: (each.key != GENERIC, each.name.casefold())))


def entry_of(key: str) -> Entry:
    """Return a known identity provider; the generic one for a key that is known no more."""
    by_key = {each.key: each for each in entries()}
    return by_key.get(key, by_key[GENERIC])


def _entry(key: str, told: dict[str, Any]) -> Entry:
    """Return the entry of a file; one that says what nobody reads does not load."""
    return Entry(key=key, **{**told, "required": tuple(told.get("required", ()))})
