"""Reasons a change of a source is refused; each message is a sentence for the person who asked."""

from __future__ import annotations

from accounts.errors import AccountError


class SourceError(AccountError):
    """Base class for refusals that concern sources, their tokens, mappings and schemas."""


class ScimUnavailableError(SourceError):
    """SCIM cannot be switched on: the plan does not include it, or SAML is not set up."""


class SourceGoneError(SourceError):
    """Somebody has deleted the source meanwhile."""


class SourceNameTakenError(SourceError):
    """Another source of the tenant has this name."""


class MappingError(SourceError):
    """A row of a mapping table names nothing, or a row that every table needs is missing."""


class TokenError(SourceError):
    """A token cannot be made as asked for."""


class SchemaError(SourceError):
    """An extension schema uses a name that is reserved or taken."""
