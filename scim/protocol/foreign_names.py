"""Attributes of schemas that are not ours: ignored, wherever they are named, and said so.

Clients send what other service providers have (RFC 7643, Section 3.3, lets a resource list any
schema).  An unknown attribute of a schema that *is* ours is another matter: it is a mistake in the
client's mapping, so an explicit path to it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim.protocol import urns
from scim.protocol.patch_operations import decode_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scim.protocol.schemas import ResourceType


def is_foreign(name: str, resource_type: ResourceType) -> bool:
    """Whether an attribute's name or path begins with the URN of a schema that is not ours.

    >>> from scim.protocol.core_schemas import USER
    >>> is_foreign("urn:example:unknown:thing", USER)
    True
    >>> is_foreign("urn:ietf:params:scim:schemas:core:2.0:User:nosuch", USER)
    False
    """
    if ":" not in name:
        return False
    head = name.partition("[")[0].strip().lower()
    if not head.startswith("urn:") and "://" not in head:
        return False
    known = (*urns.SPELLINGS, *(schema.id.lower() for schema in resource_type.extensions))
    return not any(
        head.startswith(urn) and head[len(urn) : len(urn) + 1] in {"", ":", "."} for urn in known
    )


def foreign_names(body: object, resource_type: ResourceType) -> list[str]:
    """Return what of a resource or PatchOp that a client sent is ignored for its schema."""
    if not isinstance(body, dict):
        return []
    names = [key for key in body if is_foreign(key, resource_type)]
    for operation in _operations(body):
        path, value = operation.get("path"), operation.get("value")
        if isinstance(path, str) and is_foreign(path, resource_type):
            names.append(path)
        elif not path and isinstance(value := decode_object(value), dict):
            names += [key for key in value if is_foreign(key, resource_type)]
    return names


def _operations(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    listed: Any = next((value for key, value in body.items() if key.lower() == "operations"), [])
    for item in listed if isinstance(listed, list) else [listed]:
        if isinstance(item, dict):
            yield {key.lower(): value for key, value in item.items()}
