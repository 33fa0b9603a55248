"""The URNs of SCIM 2.0, and the spellings of them that clients are known to send instead."""

from __future__ import annotations

from typing import Final

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESOURCE_TYPE: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SERVICE_PROVIDER_CONFIG: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

OKTA_ROLE: Final = "urn:okta:scim:schemas:core:1.0:Role"
OKTA_ENTITLEMENT: Final = "urn:okta:scim:schemas:core:1.0:Entitlement"

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK_REQUEST: Final = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

ALIASES: Final[dict[str, tuple[str, ...]]] = {
    # OneLogin leaves out ``ietf:params`` and, for the core schemas, the resource type.
    USER: (
        "urn:scim:schemas:core:2.0",
        "urn:scim:schemas:core:2.0:User",
        "urn:scim:schemas:core:1.0",
    ),
    GROUP: ("urn:scim:schemas:core:2.0", "urn:scim:schemas:core:2.0:Group"),
    ENTERPRISE_USER: (
        "urn:scim:schemas:extension:enterprise:2.0",
        "urn:scim:schemas:extension:enterprise:2.0:User",
        "urn:scim:schemas:extension:enterprise:1.0",
    ),
}
"""Other spellings of a schema's URN, read as that schema and never sent."""

SPELLINGS: Final = frozenset(
    spelling.lower() for urn, aliases in ALIASES.items() for spelling in (urn, *aliases)
)
"""Every spelling of a core schema's URN, in lower case."""
