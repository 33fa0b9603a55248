"""Paths at a target: ``attr``, ``attr.sub``, ``attr[type eq "work"].sub``, or behind a URN.

A target may have any attribute, so no schema says what there is; names are compared ignoring
letter case (RFC 7643, Section 2.1).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

MULTI_VALUED: Final = frozenset(
    {
        *("addresses", "emails", "entitlements", "groups", "ims", "members", "phonenumbers"),
        *("photos", "roles", "x509certificates"),
    }
)
"""The attributes of RFC 7643 that hold a list, in lower case."""

_MAX_LENGTH: Final = 500
_CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
_NAME: Final = r"[A-Za-z$][\w$-]{0,127}"
_PATH: Final = re.compile(
    rf"(?:(?P<urn>urn:[\w.:~-]+):)?(?P<attribute>{_NAME})"
    r'(?:\[(?P<selection>(?:[^\]"]|"(?:[^"\\]|\\.)*")*)\])?'
    rf"(?:\.(?P<sub>{_NAME}))?",
    re.ASCII | re.IGNORECASE,
)
_TERM: Final = re.compile(
    rf' {{0,9}}(?P<name>{_NAME}) {{1,9}}eq {{1,9}}(?P<value>"(?:[^"\\]|\\.){{0,400}}"|true|false)'
    r" {0,9}(?:and\b|$)",
    re.ASCII | re.IGNORECASE,
)


class PathError(ValueError):
    """A text is no path; the message says why, for whoever typed it."""


@dataclass(frozen=True, slots=True)
class TargetPath:
    """An attribute or sub-attribute; with a selection, in the element that has these values.

    ``urn`` is that of an extension, or ``""`` for the core attributes.
    """

    urn: str
    attribute: str
    selection: tuple[tuple[str, Any], ...] = ()
    sub: str = ""

    @property
    def is_list(self) -> bool:
        """Whether the attribute holds a list, as far as RFC 7643 or the path itself says."""
        known = not self.urn and self.attribute.lower() in MULTI_VALUED
        return bool(self.selection) or known

    @property
    def head(self) -> str:
        """The path of the attribute as a whole."""
        return f"{self.urn}:{self.attribute}" if self.urn else self.attribute

    @property
    def element(self) -> str:
        """The path of the selected element, or of the attribute."""
        terms = " and ".join(f"{name} eq {json.dumps(value)}" for name, value in self.selection)
        return f"{self.head}[{terms}]" if terms else self.head

    @property
    def text(self) -> str:
        """The whole path, spelled in one way."""
        return f"{self.element}.{self.sub}" if self.sub else self.element


@lru_cache(maxsize=4_096)
def parse_target_path(text: str) -> TargetPath:
    """Return where a path leads.

    Raises:
        PathError: It is none.
    """
    found = _PATH.fullmatch(text.strip()) if len(text) <= _MAX_LENGTH else None
    if found is None:
        raise PathError(
            f"{text[:80]!r} is not an attribute: it looks like title, name.givenName, "
            'emails[type eq "work"].value, or has the URN of its extension before it.'
        )
    urn = found["urn"] or ""
    if urn.lower().startswith(_CORE):
        urn = ""
    selection = () if found["selection"] is None else _terms(found["selection"], text)
    return TargetPath(urn, found["attribute"], selection, found["sub"] or "")


def value_at(resource: Mapping[str, Any], path: TargetPath) -> Any:
    """Return the value that a resource has at a path, or ``None``.

    Of a list without a selection a sub-attribute is that of the primary element, or the first.
    """
    holder = member(resource, path.urn) if path.urn else resource
    value = member(holder, path.attribute)
    if isinstance(value, list) and (path.selection or path.sub):
        value = _selected(value, path)
    return member(value, path.sub) if path.sub else value


def put_at(resource: MutableMapping[str, Any], path: TargetPath, value: Any) -> None:
    """Set the value at a path; what is on the way is made, and lists get the element."""
    holder = _child(resource, path.urn) if path.urn else resource
    name = _spelled(holder, path.attribute)
    if path.selection:
        elements = holder[name] = list(_as_list(holder.get(name)))
        found = next((each for each in elements if selects(path, each)), None)
        if found is None:
            found = dict(path.selection)
            elements.append(found)
        if path.sub:
            found[_spelled(found, path.sub)] = value
        else:
            found.update(value if isinstance(value, dict) else {"value": value})
    elif path.sub:
        within = _child(holder, path.attribute)
        within[_spelled(within, path.sub)] = value
    else:
        holder[name] = value


def clear_at(resource: MutableMapping[str, Any], path: TargetPath) -> None:
    """Take away what a resource has at a path, and what is empty without it."""
    holder = member(resource, path.urn) if path.urn else resource
    if not isinstance(holder, dict):
        return
    name = _spelled(holder, path.attribute)
    value = holder.get(name)
    if path.selection:
        holder[name] = [
            left for each in _as_list(value) if (left := _without(each, path)) is not None
        ]
    elif path.sub and isinstance(value, dict):
        value.pop(_spelled(value, path.sub), None)
    else:
        holder.pop(name, None)
    if not holder.get(name, True):
        del holder[name]
    if path.urn and not holder:
        del resource[_spelled(resource, path.urn)]


def selects(path: TargetPath, element: object) -> bool:
    """Whether an element of the list is the one that the path selects."""
    return isinstance(element, dict) and all(
        text_of(member(element, name)).lower() == text_of(value).lower()
        for name, value in path.selection
    )


def takes_the_element(path: TargetPath) -> bool:
    """Whether an element is nothing without what the path leads to."""
    return path.sub.lower() in {"", "value"}


def member(holder: object, name: str) -> Any:
    """Return the member of an object by its name in any letter case, or ``None``."""
    if not isinstance(holder, dict):
        return None
    if name in holder:
        return holder[name]
    return holder.get(_spelled(holder, name))


def text_of(value: object) -> str:
    """Return a single value as text: the one in which it is compared.

    >>> text_of(True)
    'true'
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _terms(selection: str, text: str) -> tuple[tuple[str, Any], ...]:
    terms, at = [], 0
    while at < len(selection):
        found = _TERM.match(selection, at)
        if found is None:
            break
        terms.append((found["name"], _value(found["value"])))
        at = found.end()
    if not terms or at < len(selection) or selection.rstrip().lower().endswith(" and"):
        raise PathError(
            f"{text[:80]!r} selects in a way that is not understood: write one like "
            '[type eq "work"], or several with and.'
        )
    return tuple(terms)


def _value(spelled: str) -> Any:
    try:
        return json.loads(spelled if spelled.startswith('"') else spelled.lower())
    except ValueError as error:
        raise PathError(f"{spelled[:80]} is not a text of JSON.") from error


def _selected(elements: list[Any], path: TargetPath) -> Any:
    fitting = [each for each in elements if isinstance(each, dict) and selects(path, each)]
    primary = [each for each in fitting if text_of(member(each, "primary")).lower() == "true"]
    return next(iter([*primary, *fitting]), None)


def _without(element: Any, path: TargetPath) -> Any:
    if not selects(path, element):
        return element
    if takes_the_element(path):
        return None
    left = {name: value for name, value in element.items() if name.lower() != path.sub.lower()}
    named = {name.lower() for name, _ in path.selection} | {"primary"}
    return left if any(name.lower() not in named for name in left) else None


def _child(holder: MutableMapping[str, Any], name: str) -> dict[str, Any]:
    spelled = _spelled(holder, name)
    child = holder.get(spelled)
    made: dict[str, Any] = dict(child) if isinstance(child, dict) else {}
    holder[spelled] = made
    return made


def _spelled(holder: Mapping[str, Any], name: str) -> str:
    if name in holder:
        return name
    lowered = name.lower()
    return next((each for each in holder if each.lower() == lowered), name)


def _as_list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
