"""Bearer tokens name the tenant: the credential, not the URL, decides what is visible.

One statement reads the token with its source and tenant.  The secret is looked up by its SHA-256,
so the time that takes says nothing about any other secret.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from typing_extensions import override

from accounts.audit import acting_as
from accounts.models import Plan
from accounts.prepared import prepared_cursor
from accounts.refusals import record_refusal
from accounts.scoping import tenant_id_scope
from accounts.unscoped import every_tenant
from scim.protocol.errors import UnauthorizedError

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

LOG = logging.getLogger(__name__)

REALM: Final = 'Bearer realm="SCIM"'
_LONGEST_SECRET: Final = 512
_STATEMENT: Final = """
SELECT token.id, token.name, token.last_used, token.expires, token.revoked,
       source.id, source.name, source.enabled, source.revision, source.on_delete,
       source.on_deactivate, source.log_bodies, source.rate_limit_per_minute,
       tenant.id, tenant.plan, tenant.saml_enabled AND tenant.scim_enabled
FROM scim_bearertoken AS token
JOIN scim_source AS source ON source.id = token.source_id
JOIN accounts_tenant AS tenant ON tenant.id = token.tenant_id
WHERE token.digest = %s
"""


class InvalidTokenError(UnauthorizedError):
    """A token was sent and opens nothing (RFC 6750, Section 3.1: ``invalid_token``)."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who calls: a token that is alive, its source with the source's options, its tenant.

    ``revision`` changes whenever the mapping or the schemas of the source do.
    """

    token_id: int
    token_name: str
    last_used: datetime | None
    source_id: int
    source_name: str
    revision: int
    deletes_on_delete: bool
    deletes_on_deactivate: bool
    log_bodies: bool
    rate_limit_per_minute: int
    tenant_id: int


def digest_of(secret: str) -> str:
    """Return the digest under which a token's secret is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find_credential(secret: str) -> Credential:
    """Return what the secret stands for, with one statement.

    Raises:
        InvalidTokenError: The token is unknown, revoked or expired, its source is switched off,
            or SCIM is not on for its tenant.
    """
    with every_tenant(), prepared_cursor() as cursor:
        cursor.execute(_STATEMENT, [digest_of(secret)])
        row = cursor.fetchone()
    if row is None:
        LOG.info("A SCIM request came with a bearer token that is unknown.")
        raise InvalidTokenError(
            "The bearer token is unknown. Copy it again from the page of the SCIM source, or "
            "make a new one there."
        )
    (token_id, token_name, last_used, expires, revoked, *rest) = row
    (source_id, source_name, enabled, revision, on_delete, on_deactivate, *options) = rest
    log_bodies, rate_limit, tenant_id, plan, switched_on = options
    reason = ""
    if revoked is not None:
        reason = "The bearer token was revoked. Use the newest one of the source."
    elif expires is not None and expires <= datetime.now(UTC):
        reason = "The bearer token has expired. Make a new one for the source."
    elif not enabled:
        reason = "The source of this bearer token is switched off."
    elif not switched_on or plan != Plan.ENTERPRISE:
        reason = "SCIM is not enabled for this tenant."
    if reason:
        with tenant_id_scope(tenant_id), acting_as(f"SCIM: {source_name}"):
            record_refusal("scim.refused", reason=reason, token=token_name)
        raise InvalidTokenError(reason)
    return Credential(
        token_id=token_id,
        token_name=token_name,
        last_used=last_used,
        source_id=source_id,
        source_name=source_name,
        revision=revision,
        deletes_on_delete=on_delete == "delete",
        deletes_on_deactivate=on_deactivate == "delete",
        log_bodies=log_bodies,
        rate_limit_per_minute=rate_limit,
        tenant_id=tenant_id,
    )


class BearerTokenAuthentication(BaseAuthentication):
    """Authenticate ``Authorization: Bearer <secret>`` (RFC 6750, Section 2.1)."""

    @override
    def authenticate(self, request: Request) -> tuple[None, Credential]:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, secret = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise UnauthorizedError(
                "Send the token of a SCIM source in the header Authorization: Bearer <token>."
            )
        secret = secret.strip()
        if len(secret) > _LONGEST_SECRET:
            raise InvalidTokenError("The bearer token is far longer than any token of ours.")
        return None, find_credential(secret)

    @override
    def authenticate_header(self, request: Request) -> str:
        return REALM


class HasBearerToken(BasePermission):
    """Allow only requests that carried a token that is alive."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Credential)


def challenge(error: UnauthorizedError) -> str:
    """Return the ``WWW-Authenticate`` header that goes with ``error`` (RFC 6750, Section 3)."""
    if not isinstance(error, InvalidTokenError):
        return REALM
    description = error.detail.replace('"', "'")
    return f'{REALM}, error="invalid_token", error_description="{description}"'
