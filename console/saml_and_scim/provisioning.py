"""The page's side of SCIM: on, off, and a new token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scim.addresses import base_url
from scim.models import BearerToken, Source
from scim.services.sources import disable_scim, enable_scim, first_source
from scim.services.tokens import regenerate_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Tenant


def scim_context(tenant: Tenant) -> Mapping[str, Any]:
    """Return what the page shows of SCIM: URL, number of sources, how the living token begins."""
    source = first_source() if tenant.scim_enabled else None
    token = BearerToken.objects.filter(source=source, revoked=None).first() if source else None
    return {
        "scim_url": base_url(),
        "scim_sources": Source.objects.count(),
        "scim_token_prefix": f"scim_{token.prefix}" if token else "",
    }


def switch_scim_on(tenant: Tenant) -> str:
    """Let identity providers call; return the first token's secret, or nothing if it was on.

    Raises:
        AccountError: SAML is not on, or the plan does not include SCIM.
    """
    issued = enable_scim(tenant=tenant)
    return issued.secret if issued else ""


def switch_scim_off(tenant: Tenant) -> None:
    """Let no identity provider call any more."""
    if tenant.scim_enabled:
        disable_scim(tenant=tenant)


class NewToken(NamedTuple):
    """The secret of a token that was just made, and how many others ended with that."""

    secret: str
    replaced: int = 0


def new_token(tenant: Tenant, *, expires: datetime | None = None) -> NewToken:
    """Return a new token of the first source; its earlier ones are dead.

    Args:
        tenant: Whose scope is active.
        expires: When it is good no more; never without it.
    """
    switched_on = switch_scim_on(tenant)
    source = first_source()
    if source is None or (switched_on and expires is None):
        return NewToken(switched_on)
    issued = regenerate_token(source=source, expires=expires)
    return NewToken(issued.secret, issued.replaced)
