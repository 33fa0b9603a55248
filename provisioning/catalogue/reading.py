"""The known applications: one TOML file each, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC: Final = "generic"
"""The key of what is known of no application in particular."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a kind of application before anybody has asked one.

    ``users`` and ``groups`` are default rows of the mapping: attribute there, attribute here.
    """

    key: str
    name: str
    about: str
    dialect: Mapping[str, Any]
    requests_per_second: float
    users: Mapping[str, str]
    groups: Mapping[str, str]
    where_url: str = ""
    where_token: str = ""
    source: str = ""
    checked: str = ""

    @property
    def takes_groups(self) -> bool:
        """Whether groups can be pushed."""
        return bool(self.dialect.get("groups", True))


@cache
def entries() -> tuple[Entry, ...]:
    """Return every known application, by name, the generic one first."""
    folder = resources.files(__package__)
    found = [
        _entry(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda each: (each.key != GENERIC, each.name.casefold())))


def entry_of(key: str) -> Entry:
    """Return a known application; the generic one for a key that is known no more."""
    by_key = {each.key: each for each in entries()}
    return by_key.get(key, by_key[GENERIC])


def _entry(key: str, told: dict[str, Any]) -> Entry:
    generic_users = {
        "userName": "userName",
        "externalId": "id",
        "name.givenName": "name.givenName",
        "name.familyName": "name.familyName",
        "displayName": "displayName",
        'emails[type eq "work"].value': 'emails[type eq "work"].value',
    }
    return Entry(
        key=key,
        name=told["name"],
        about=told.get("about", ""),
        dialect=told.get("dialect", {}),
        requests_per_second=float(told.get("requests_per_second", 0)),
        users=told.get("users", generic_users),
        groups=told.get("groups", {"displayName": "displayName", "externalId": "id"}),
        where_url=told.get("where_url", ""),
        where_token=told.get("where_token", ""),
        source=told.get("source", ""),
        checked=told.get("checked", ""),
    )
