"""The known applications: one TOML file each, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from provisioning.mapping.rows import How, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC: Final = "generic"
"""The key of what is known of no application in particular."""
_USERS: Final = {
    "userName": "userName",
    "externalId": "id",
    "name.givenName": "name.givenName",
    "name.familyName": "name.familyName",
    "displayName": "displayName",
    'emails[type eq "work"].value': 'emails[type eq "work"].value',
}
_GROUPS: Final = {"displayName": "displayName", "externalId": "id"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a kind of application before anybody has asked one.

    ``users`` and ``groups`` are the rows that its mapping begins with.
    """

    key: str
    name: str
    about: str
    dialect: Mapping[str, Any]
    requests_per_second: float
    users: tuple[Row, ...]
    groups: tuple[Row, ...]
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
    return Entry(
        key=key,
        name=told["name"],
        about=told.get("about", ""),
        dialect=told.get("dialect", {}),
        requests_per_second=float(told.get("requests_per_second", 0)),
        users=_rows(told.get("users", _USERS)),
        groups=_rows(told.get("groups", _GROUPS)),
        where_url=told.get("where_url", ""),
        where_token=told.get("where_token", ""),
        source=told.get("source", ""),
        checked=told.get("checked", ""),
    )


def _rows(told: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(_row(target, says) for target, says in told.items())


def _row(target: str, says: str | Mapping[str, Any]) -> Row:
    """Return a row: an attribute of ours fills one there, or a table says what else does."""
    if isinstance(says, str):
        return Row(target=target, how=How.DIRECT, source=says)
    return Row(target=target, **{**says, "how": How(says.get("how", How.DIRECT))})
