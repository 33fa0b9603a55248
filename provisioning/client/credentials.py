"""How a client signs in at a target."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that somebody made at the target."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client that is given tokens for a time (RFC 6749, Section 4.4)."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""


Credential = Bearer | ClientCredentials
