"""Stored values of a tenant's own attributes, whose characteristics may have changed since.

A value that fits its attribute no more is not shown, not found and not judged: for a client the
attribute has no value.  It stays stored until a client gives the attribute another value, so that
a resource that is read and sent back is accepted and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidValueError
from scim.protocol.values import read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scim.protocol.schemas import Attribute, ResourceType

_JSON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int, float),
    "decimal": (int, float),
}
"""What a value is stored as; of the other types, as a text."""

_NOTHING: Final[Mapping[str, Any]] = {}


def shown_value(attribute: Attribute, stored: object) -> Any:
    """Return what clients see of a stored value of a tenant's own attribute, or ``None``.

    Of several values those that fit are seen.  A single one is seen as a list of one when the
    attribute has become multi-valued; nothing else is converted.
    """
    if not attribute.multi_valued:
        return _fitting(attribute, stored)
    items = stored if isinstance(stored, list) else [stored]
    fitting = (_fitting(attribute, item) for item in items)
    return [item for item in fitting if item is not None] or None


def shown_members(attributes: Mapping[str, Attribute], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what clients see of what is stored under the URN of a schema with ``attributes``."""
    seen = {
        name: shown_value(attributes[name], value)
        for name, value in stored.items()
        if name in attributes
    }
    return {name: value for name, value in seen.items() if value is not None}


def as_shown(resource: Mapping[str, Any], resource_type: ResourceType) -> dict[str, Any]:
    """Return a canonical resource without what clients do not see of the tenant's own attributes.

    Schemas that are not declared any more are left to the projection.
    """
    shown = dict(resource)
    for urn, attributes in resource_type.own_attributes.items():
        if urn in shown:
            shown[urn] = shown_members(attributes, shown[urn])
            if not shown[urn]:
                del shown[urn]
    return shown


def with_hidden(
    wanted: dict[str, Any],
    before: Mapping[str, Any],
    stored: Mapping[str, Any],
    resource_type: ResourceType,
) -> dict[str, Any]:
    """Return ``wanted`` with what is ``stored`` of each attribute whose shown value it leaves.

    ``before`` is the resource as clients saw it.  What no schema declares any more is stored on.
    """
    for urn, members in stored.items():
        own = resource_type.own_attributes.get(urn, _NOTHING)
        if ":" not in urn or (not own and resource_type.declares(urn)):
            continue
        was, now = before.get(urn, _NOTHING), wanted.get(urn, _NOTHING)
        kept = {
            name: value
            for name, value in members.items()
            if name not in own or now.get(name) == was.get(name)
        }
        if kept:
            wanted = {**wanted, urn: {**now, **kept}}
    return wanted


def _fitting(attribute: Attribute, stored: object) -> Any:
    if not isinstance(stored, _JSON_TYPES.get(attribute.type, (str,))):
        return None
    if isinstance(stored, bool) and attribute.type != "boolean":
        return None
    try:
        return read_value(attribute, stored, attribute.name)
    except InvalidValueError:
        return None
