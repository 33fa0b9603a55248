"""Where the data of a Bulk operation refers to another by its ``bulkId`` (RFC 7644, 3.7.2).

Only what the schema makes a reference to a resource does: ``members`` of a Group, ``manager`` of
an Enterprise User, as ``value``, as ``$ref`` or as a bare text, and a selection in the path of a
PATCH.  A job title that begins with ``bulkId:`` is a job title.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.patch_operations import decode_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scim.protocol.schemas import Attribute, ResourceType, Schema

    Change = Callable[[str], str | None]
    """From a ``bulkId`` to what stands for it: an id, or ``None`` to leave the reference out."""

PREFIX: Final = "bulkId:"
_PREFIX_BYTES: Final = PREFIX.encode()
_TYPES: Final = {resource_type.endpoint: resource_type for resource_type in (USER, GROUP)}
"""A tenant's own schemas have no references to resources, so the core ones say it all."""

_IN_TEXT: Final = re.compile(rf"(?:(.*/)?){PREFIX}(.+)", re.DOTALL)
_IN_PATH: Final = re.compile(rf'"{PREFIX}([^"\\]+)"')
_PARTS: Final = frozenset({"value", "$ref"})


def name_in(text: str | None) -> str | None:
    """Return the ``bulkId`` that an operation's resource id stands for, if it is a reference.

    >>> name_in("bulkId:qwerty")
    'qwerty'
    """
    return text[len(PREFIX) :] if text is not None and text.startswith(PREFIX) else None


def names_in(data: Mapping[str, Any], endpoint: str, *, is_patch: bool) -> frozenset[str]:
    """Return every ``bulkId`` that the data of an operation on ``endpoint`` refers to."""
    if not _may_refer(data):
        return frozenset()
    found: set[str] = set()

    def note(name: str) -> str:
        found.add(name)
        return name

    with_references(data, endpoint, note, is_patch=is_patch)
    return frozenset(found)


def with_references(
    data: Mapping[str, Any], endpoint: str, change: Change, *, is_patch: bool
) -> dict[str, Any]:
    """Return the data with every reference replaced by what ``change`` says of its ``bulkId``."""
    resource_type = _TYPES.get(endpoint)
    if resource_type is None:
        return dict(data)
    if not is_patch:
        return _object(data, resource_type, change)
    return {
        key: _operations(value, resource_type, change) if key.lower() == "operations" else value
        for key, value in data.items()
    }


def _may_refer(data: Mapping[str, Any]) -> bool:
    """Whether the prefix of a reference is anywhere in the data.

    Nearly always it is not, and looking for it in the JSON takes a tenth of the time that it
    takes to look at every value.
    """
    try:
        return _PREFIX_BYTES in orjson.dumps(data)
    except TypeError:
        # It holds what came in as JSON within JSON and is no JSON of orjson's: a huge number.
        return True


def _object(data: Mapping[str, Any], resource_type: ResourceType, change: Change) -> dict[str, Any]:
    """Return a resource, or the value of a PATCH without a path, with its references replaced."""
    changed: dict[str, Any] = {}
    for key, value in data.items():
        schema = resource_type.schema_of(key)
        if schema is not None:
            changed[key] = _in_schema(value, schema, resource_type, change)
            continue
        path = resource_type.resolve(key)
        new = _reference(value, change) if path and _refers(path.attribute) else value
        if new is not None or value is None:
            changed[key] = new
    return changed


def _operations(value: object, resource_type: ResourceType, change: Change) -> Any:
    items = value if isinstance(value, list) else [value]
    return [
        _operation(item, resource_type, change) if isinstance(item, dict) else item
        for item in items
    ]


def _operation(
    operation: Mapping[str, Any], resource_type: ResourceType, change: Change
) -> dict[str, Any]:
    members = {key.lower(): value for key, value in operation.items()}
    path = members.get("path")
    if not isinstance(path, str) or not path.strip():
        return _with_value(members, lambda value: _in_object(value, resource_type, change))
    head, bracket, rest = path.strip().partition("[")
    target, schema = resource_type.resolve(head.strip()), resource_type.schema_of(head.strip())
    if target is not None and _refers(target.attribute):
        if bracket:
            members["path"] = f"{head}[{_selection(rest, change)}"
        return _with_value(members, lambda value: _reference(value, change))
    if schema is not None:
        return _with_value(members, lambda value: _in_schema(value, schema, resource_type, change))
    return members


def _with_value(members: dict[str, Any], changed: Callable[[Any], Any]) -> dict[str, Any]:
    return {**members, "value": changed(members["value"])} if "value" in members else members


def _in_object(value: object, resource_type: ResourceType, change: Change) -> Any:
    value = decode_object(value)
    return _object(value, resource_type, change) if isinstance(value, dict) else value


def _in_schema(value: object, schema: Schema, resource_type: ResourceType, change: Change) -> Any:
    value = decode_object(value)
    if not isinstance(value, dict):
        return value
    prefix = f"{schema.id}:"
    named = _object({f"{prefix}{key}": item for key, item in value.items()}, resource_type, change)
    return {key.removeprefix(prefix): item for key, item in named.items()}


def _selection(text: str, change: Change) -> str:
    return _IN_PATH.sub(lambda match: f'"{change(match[1]) or match[0]}"', text)


def _refers(attribute: Attribute) -> bool:
    """Whether the attribute's values are resources of ours that a client may choose."""
    reference = attribute.sub_attribute("$ref")
    if reference is None or attribute.mutability == "readOnly":
        return False
    return bool({"User", "Group"} & set(reference.reference_types))


def _reference(value: object, change: Change) -> Any:
    """Return a value of a reference attribute in whatever shape it came."""
    value = decode_object(value)
    if isinstance(value, list):
        changed = [_reference(item, change) for item in value]
        return [
            new for new, item in zip(changed, value, strict=True) if new is not None or not item
        ]
    if isinstance(value, str):
        return _text(value, change)
    if not isinstance(value, dict):
        return value
    element = dict(value)
    for key, item in value.items():
        if key.lower() in _PARTS and isinstance(item, str):
            new = _text(item, change)
            if new is None:
                return None
            element[key] = new
    return element


def _text(text: str, change: Change) -> str | None:
    if PREFIX not in text:
        return text
    match = _IN_TEXT.fullmatch(text)
    if match is None:
        return text
    new = change(match[2])
    return None if new is None else f"{match[1] or ''}{new}"
