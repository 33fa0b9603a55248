"""What is kept of a resource that a target has shown, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from provisioning.protocol.canonical import canonical, canonical_value
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Kind
from scim.log.redaction import without_secret_values
from scim.protocol.core_schemas import (
    ENTERPRISE_USER_SCHEMA,
    GROUP_SCHEMA,
    USER_SCHEMA,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES: Final = 16 * 1024
"""Of one resource as JSON: an answer may have 16 MB, and all of a target are kept."""
LONGEST: Final = 500
"""Characters of a name or an id."""
_NAMING: Final = frozenset(
    {"username", "displayname", "name", "emails", "externalid", "active", "title"}
)
_NEVER_RETURNED: Final = frozenset(
    attribute.name.lower()
    for schema in (USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA)
    for attribute in schema.attributes
    if attribute.returned == "never"
)
_NOT_COMPARED: Final = frozenset({"members", "lastlogin", "lastmodified"})


def kept_of(resource: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return what is kept of a resource, and whether that is all of it.

    Members are not kept, and no secrets.

    Of one that is too large only what names it is kept, as long as that is not too large itself.
    """
    whole = _without(canonical(without_secrets(resource)), _NOT_COMPARED)
    if _fits(whole):
        return whole, True
    part = {name: value for name, value in whole.items() if name.lower() in _NAMING}
    return (part if _fits(part) else {}), False


def without_secrets(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource without what nobody is to be shown: passwords, tokens and their like.

    A target has no reason to show them, and some do.
    """
    shown: dict[str, Any] = without_secret_values(dict(resource))
    return _without(shown, _NEVER_RETURNED)


def changed_since(kept: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    """Return the attributes that a resource does not show any more as they were kept."""
    now = canonical(without_secrets(shown))
    return [
        name
        for name, value in kept.items()
        if canonical_value(member(now, name)) != canonical_value(value)
    ]


def name_of(kind: Kind, resource: Mapping[str, Any]) -> str:
    """Return what people call a resource, as long as a row keeps it."""
    name = member(resource, "name")
    parts = [text_of(member(name, each)) for each in ("givenName", "familyName")]
    candidates = [text_of(member(resource, "displayName"))]
    if kind is Kind.USER:
        candidates += [
            text_of(member(name, "formatted")),
            " ".join(each for each in parts if each),
            text_of(member(resource, "userName")),
        ]
    found = next((each.strip() for each in candidates if each.strip()), "")
    return (found or text_of(member(resource, "id")))[:LONGEST]


def user_name_of(resource: Mapping[str, Any]) -> str:
    """Return the user name of a resource, as long as a row keeps it."""
    return text_of(member(resource, "userName"))[:LONGEST]


def addresses_of(resource: Mapping[str, Any]) -> list[str]:
    """Return the e-mail addresses of a resource."""
    emails = member(resource, "emails")
    elements = emails if isinstance(emails, list) else []
    found = [each if isinstance(each, str) else text_of(member(each, "value")) for each in elements]
    return [each for each in found if each]


def _without(resource: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name.lower() not in names}


def _fits(value: Mapping[str, Any]) -> bool:
    return len(orjson.dumps(value)) <= MOST_BYTES
