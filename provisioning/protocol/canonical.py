"""Two resources that say the same have one canonical form."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import member, selects, text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.protocol.paths import TargetPath

_MADE_THERE: Final = frozenset({"id", "meta", "schemas", "groups"})
_BOOLEANS: Final = frozenset({"active", "primary"})
_FOLDED: Final = frozenset({"username", "emails"})
"""Attributes whose letter case targets are free to change, in lower case."""


def canonical(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource with sorted members and values and without what has none.

    ``id``, ``meta``, ``schemas`` and ``groups`` are left out; ``active`` and ``primary`` are
    booleans however they were spelled.
    """
    return {
        name: value
        for name, value in (canonical_value(dict(resource)) or {}).items()
        if name.lower() not in _MADE_THERE
    }


def canonical_value(value: Any) -> Any:
    """Return one value of a resource in canonical form; what is empty becomes ``None``."""
    if isinstance(value, dict):
        members = {name: _member(name, value[name]) for name in sorted(value)}
        return {name: each for name, each in members.items() if each is not None} or None
    if isinstance(value, list | tuple):
        elements = [each for item in value if (each := canonical_value(item)) is not None]
        return sorted(elements, key=_order) or None
    return None if value == "" else value


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return (before, after) of each path at which two maps of path to value do not say the same.

    No value is ``None``.
    """
    compared = {
        path: (canonical_value(before.get(path)), canonical_value(after.get(path)))
        for path in sorted({*before, *after})
    }
    return {path: both for path, both in compared.items() if _spoken(both[0]) != _spoken(both[1])}


def shows(path: TargetPath, shown: Any, wanted: Any) -> bool:
    """Whether what a target shows at a path says what is wanted, and perhaps more.

    Targets add members of their own to elements, spell booleans and numbers as they like, and
    change the letter case of names and addresses.
    """
    folded = not path.urn and path.attribute.lower() in _FOLDED
    return _shows(canonical_value(shown), canonical_value(wanted), folded=folded)


def has_value(resource: Mapping[str, Any], path: TargetPath, value: str) -> bool:
    """Whether a resource that a target found by a value has it: some targets ignore filters.

    In a list any element may have it that the path selects.
    """
    holder = member(resource, path.urn) if path.urn else resource
    elements = member(holder, path.attribute)
    if not isinstance(elements, list):
        return shows(path, value_at(resource, path), value)
    return any(
        shows(path, member(each, path.sub or "value"), value)
        for each in elements
        if selects(path, each)
    )


def digest(value: object) -> str:
    """Return a digest of JSON: equal for equal values, in any process."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _member(name: str, value: Any) -> Any:
    if name.lower() in _BOOLEANS and isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower(), value)
    if name.lower() == "primary" and value is False:
        return None
    return canonical_value(value)


def _order(element: Any) -> tuple[str, str, str]:
    kind, value = member(element, "type"), member(element, "value")
    spelled = json.dumps(element, sort_keys=True, ensure_ascii=False)
    return text_of(kind).lower(), text_of(value), spelled


def _spoken(value: Any) -> Any:
    """Return a value in which a boolean equals its spelling, and no number equals a boolean."""
    if isinstance(value, dict):
        return {name: _spoken(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_spoken(each) for each in value]
    if isinstance(value, bool):
        return text_of(value)
    lowered = value.lower() if isinstance(value, str) else ""
    return lowered if lowered in {"true", "false"} else value


def _shows(shown: Any, wanted: Any, *, folded: bool) -> bool:
    if isinstance(wanted, dict):
        return all(
            _shows(member(shown, name), each, folded=folded) for name, each in wanted.items()
        )
    if isinstance(wanted, list):
        left = list(shown) if isinstance(shown, list) else [shown]
        for each in wanted:
            found = next((at for at in left if _shows(at, each, folded=folded)), None)
            if found is None:
                return False
            left.remove(found)
        return not left
    if isinstance(shown, dict | list):
        return False
    one, other = text_of(shown), text_of(wanted)
    if folded or {one.lower(), other.lower()} <= {"true", "false"}:
        return one.lower() == other.lower()
    return one == other
