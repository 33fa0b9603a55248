"""Changes to what identity providers may do: sources, tokens, mappings, extension schemas."""

from scim.services.sources import (
    SourceOptions,
    create_source,
    delete_source,
    disable_scim,
    enable_scim,
    first_source,
    update_source,
)
from scim.services.tokens import (
    IssuedToken,
    create_token,
    regenerate_token,
    revoke_token,
    said_of_new_token,
)

__all__ = [
    "IssuedToken",
    "SourceOptions",
    "create_source",
    "create_token",
    "delete_source",
    "disable_scim",
    "enable_scim",
    "first_source",
    "regenerate_token",
    "revoke_token",
    "said_of_new_token",
    "update_source",
]
