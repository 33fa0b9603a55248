"""What an entry of the audit trail keeps of a change: each field before and after, bounded.

An entry's ``details["changes"]`` holds, by the name of the field, the pair of its values; ``None``
in place of the pair says that the field is a secret.  ``details["names"]`` holds what somebody or
something was called before, by which entries are found (:mod:`accounts.trail.search`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

LONGEST_VALUE: Final = 500
MOST_ITEMS: Final = 20
"""Of a list or an object; of the rest an entry keeps the number."""
MORE: Final = "more"
"""The only member of the last item of a list that was cut: how many items are missing."""
NAMING: Final = frozenset({"user_name", "email", "display_name", "name", "domain", "urn"})
"""Fields by which people look for somebody or something."""
VERBATIM: Final = "="
"""How the name of a field begins that people have chosen themselves."""
_SECRET: Final = re.compile(
    r"password|secret(?!ar)|digest|private|session_?key|sealed|credential|token", re.IGNORECASE
)
"""How fields are called that hold a secret, ours and those an identity provider may send."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of an entry for what differs; nothing when nothing does.

    A field that is on one side only was, or is, empty on the other.

    >>> changes({"title": "Clerk", "active": True}, {"title": "Buyer", "active": True})
    {'changes': {'title': ['Clerk', 'Buyer']}}
    """
    fields = [name for name in {**before, **after} if differs(before.get(name), after.get(name))]
    if not fields:
        return {}
    kept = {name: _pair(name, before.get(name), after.get(name)) for name in sorted(fields)}
    former = names({name: before.get(name) for name in fields if name in NAMING})
    return {"changes": kept, **former}


def differs(before: Any, after: Any) -> bool:
    """Return whether two values differ as JSON does, in which 0 is not false.

    >>> differs({"badge": 0}, {"badge": False}), differs({"badge": 1}, {"badge": 1.0})
    (True, False)
    """
    if before != after:
        return True
    if isinstance(before, Mapping):
        return any(differs(value, after[name]) for name, value in before.items())
    if isinstance(before, list):
        return any(differs(*pair) for pair in zip(before, after, strict=True))
    return isinstance(before, bool) != isinstance(after, bool)


def names(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the details that keep what something is called, for when it is called so no more.

    ``values`` are those of fields, such as ``user_name``; empty ones say nothing.
    """
    found = {str(value)[:LONGEST_VALUE]: None for value in values.values() if value}
    return {"names": list(found)} if found else {}


def flat(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a SCIM resource by their paths, so that each is a field.

    >>> flat({"title": "Buyer", "name": {"middleName": "B."}, "urn:x:User": {"division": "West"}})
    {'title': 'Buyer', 'name.middleName': 'B.', 'urn:x:User:division': 'West'}
    """
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, Mapping):
            separator = ":" if ":" in name else "."
            found |= {f"{name}{separator}{part}": each for part, each in value.items()}
        else:
            found[name] = value
    return found


def _pair(name: str, before: Any, after: Any) -> list[Any] | None:
    if _SECRET.search(name):
        return None
    return [kept(before), kept(after)]


def kept(value: Any) -> Any:
    """Return ``value`` as an entry keeps it: JSON of bounded size, without secrets."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        items = list(value.items())[:MOST_ITEMS]
        return {str(name): kept(each) for name, each in items if not _SECRET.search(str(name))}
    if isinstance(value, list | tuple | AbstractSet):
        values = sorted(value, key=str) if isinstance(value, AbstractSet) else list(value)
        shown = [kept(each) for each in values[:MOST_ITEMS]]
        return [*shown, {MORE: len(values) - MOST_ITEMS}] if len(values) > MOST_ITEMS else shown
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
