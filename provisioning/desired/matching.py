"""By what an object is looked for at a target before it is created there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import parse_target_path, text_of, value_at
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORK_ADDRESS: Final = 'emails[type eq "work"].value'
_ALIASES: Final[Mapping[Kind, Sequence[tuple[str, str]]]] = {
    Kind.USER: (
        ("externalId", "externalId"),
        ("userName", "userName"),
        ("emails.value", _WORK_ADDRESS),
    ),
    Kind.GROUP: (("externalId", "externalId"), ("displayName", "displayName")),
}
"""What is filtered by, and where its value stands in what is sent."""


def match_of(kind: Kind, resource: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (attribute, value) in the order in which they are tried, of what is sent."""
    pairs = (
        (attribute, text_of(value_at(resource, parse_target_path(path))))
        for attribute, path in _ALIASES[kind]
    )
    return tuple((attribute, value) for attribute, value in pairs if value)
