"""Bearer tokens name the tenant: the credential, not the URL, decides what is visible.

One statement reads the token with its source and tenant, and with them the resource that the
request names, if its view says so.  The secret is looked up by its SHA-256, so
the time that takes says nothing about any other secret.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from typing_extensions import override

from accounts.secrets.secrets_digest import digest_of
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail.actors import source_as_actor
from accounts.trail.audit import acting_as
from accounts.trail.refusals import record_refusal
from scim.protocol.errors import UnauthorizedError
from scim.storage.credentials import Credential, read_credential, read_credential_and_user

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from scim.storage.credentials import Found, UserAlong

LOG = logging.getLogger(__name__)

REALM: Final = 'Bearer realm="SCIM"'
_LONGEST_SECRET: Final = 512


class InvalidTokenError(UnauthorizedError):
    """A token was sent and opens nothing (RFC 6750, Section 3.1: ``invalid_token``)."""


def find_credential(secret: str, along: UserAlong | None = None) -> Credential:
    """Return what the secret stands for, with one statement, which also fills ``along``.

    Raises:
        InvalidTokenError: The token is unknown, revoked or expired, its source is switched off,
            or SCIM is not on for its tenant.
    """
    digest, person = digest_of(secret), None
    with every_tenant():
        if along is None:
            found = read_credential(digest)
        else:
            found, person = read_credential_and_user(digest, along) or (None, None)
    if found is None:
        LOG.info("A SCIM request came with a bearer token that is unknown.")
        raise InvalidTokenError(
            "The bearer token is unknown. Copy it again from the page of the SCIM source, or "
            "make a new one there."
        )
    _require_alive(found)
    if along is not None:
        along.row = person
    return found.credential


def _require_alive(found: Found) -> None:
    reason = ""
    if found.is_revoked:
        reason = "The bearer token was revoked. Use the newest one of the source."
    elif found.has_expired:
        reason = "The bearer token has expired. Make a new one for the source."
    elif not found.source_is_enabled:
        reason = "The source of this bearer token is switched off."
    elif not found.is_switched_on:
        reason = "SCIM is not enabled for this tenant."
    if reason:
        credential = found.credential
        source = source_as_actor(credential.source_name)
        with tenant_id_scope(credential.tenant_id), acting_as(source):
            record_refusal("scim.refused", reason=reason, token=credential.token_name)
        raise InvalidTokenError(reason)


def has_bearer(header: str) -> bool:
    """Whether an ``Authorization`` header holds what could be a token of ours."""
    scheme, _, secret = header.strip().partition(" ")
    return scheme.lower() == "bearer" and 0 < len(secret.strip()) <= _LONGEST_SECRET


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
        return None, find_credential(secret, self._along(request))

    def _along(self, request: Request) -> UserAlong | None:
        view = request.parser_context["view"]
        found: UserAlong | None = view.read_along()
        return found

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
