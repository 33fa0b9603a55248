"""Roles and entitlements as resources of their own, in the form that Okta discovers and reads.

Okta reads ``/ResourceTypes``, then ``/Schemas``, then pages through each endpoint whose schema is
one of these (Okta's documentation, "SCIM entitlements").  Everything is read-only here.
"""

from __future__ import annotations

from typing import Final

from scim.protocol import urns
from scim.protocol.core_schemas import COMMON
from scim.protocol.schemas import Attribute, ResourceType, Schema


def _attributes(noun: str) -> tuple[Attribute, ...]:
    return (
        Attribute(
            name="displayName",
            required=True,
            mutability="readOnly",
            description=f"The name of the {noun}.",
        ),
        Attribute(name="type", mutability="readOnly", description=f"The kind of {noun}."),
        Attribute(
            name="description", mutability="readOnly", description=f"What the {noun} is for."
        ),
    )


ROLE: Final = ResourceType(
    name="Role",
    endpoint="/Roles",
    description="Roles that a user can have",
    schema=Schema(urns.OKTA_ROLE, "Role", "A role that a user can have", _attributes("role")),
    common=COMMON,
)
ENTITLEMENT: Final = ResourceType(
    name="Entitlement",
    endpoint="/Entitlements",
    description="Things that a user can be entitled to",
    schema=Schema(
        urns.OKTA_ENTITLEMENT,
        "Entitlement",
        "Something that a user can be entitled to",
        _attributes("entitlement"),
    ),
    common=COMMON,
)
