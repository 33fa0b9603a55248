"""PATCH paths: ``attr``, ``attr.sub``, ``attr[filter]``, ``attr[filter].sub``, or a schema's URN.

RFC 7644, Section 3.5.2, Figure 7; names in any letter case, URN-qualified or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scim.protocol.errors import InvalidPathError
from scim.protocol.filter_nodes import Node, ValuePath
from scim.protocol.filters import parse_filter
from scim.protocol.schemas import AttributePath

if TYPE_CHECKING:
    from scim.protocol.schemas import ResourceType, Schema


@dataclass(frozen=True, slots=True)
class PatchPath:
    """An attribute or sub-attribute; with a ``selection``, only in the elements it matches."""

    path: AttributePath
    selection: Node | None = None


@dataclass(frozen=True, slots=True)
class SchemaPath:
    """All attributes of a schema: the path was its URN alone."""

    schema: Schema


def parse_path(text: object, resource_type: ResourceType) -> PatchPath | SchemaPath:
    """Return what a PATCH path leads to.

    Raises:
        InvalidPathError: The path is malformed, or names an attribute that does not exist.
        InvalidFilterError: The filter between its brackets cannot be used.
    """
    if not isinstance(text, str):
        raise InvalidPathError("path must be a string, such as name.givenName.")
    name = text.strip()
    if "[" in name:
        return _parse_value_path(name, resource_type)
    path = resource_type.resolve(name)
    if path is not None:
        return PatchPath(path)
    schema = resource_type.schema_of(name)
    if schema is not None:
        return SchemaPath(schema)
    raise InvalidPathError(
        f"{resource_type.name} has no attribute {name[:80]!r}. /Schemas lists those there are; "
        "attributes of an extension need its URN."
    )


def _parse_value_path(name: str, resource_type: ResourceType) -> PatchPath:
    head, _, rest = name.partition("[")
    inner, closing, tail = rest.rpartition("]")
    path = resource_type.resolve(head)
    if not closing or path is None or path.sub_attribute or not path.attribute.multi_valued:
        raise InvalidPathError(
            f'{name[:80]!r} is not a path. A selection looks like emails[type eq "work"].value '
            "and needs a multi-valued attribute."
        )
    node = parse_filter(f"{head}[{inner}]", resource_type)
    if not isinstance(node, ValuePath):
        raise InvalidPathError(f"{name[:80]!r} is not a path: it selects more than once.")
    return PatchPath(_with_sub_attribute(path, tail.strip(), name), node.term)


def _with_sub_attribute(path: AttributePath, tail: str, name: str) -> AttributePath:
    if not tail:
        return path
    sub = path.attribute.sub_attribute(tail[1:].strip()) if tail.startswith(".") else None
    if sub is None:
        raise InvalidPathError(f"{name[:80]!r} is not a path: {tail[:40]!r} is no sub-attribute.")
    return AttributePath(path.extension, path.attribute, sub)
