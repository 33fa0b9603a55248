"""Bearer tokens name the tenant: the credential, not the URL, decides what is visible.

One statement reads the token with its source and tenant, and with them the resource that the
request names, if its view says how (:class:`Along`).  The secret is looked up by its SHA-256, so
the time that takes says nothing about any other secret.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from typing_extensions import override

from accounts.models import Plan
from accounts.secrets.secrets_digest import digest_of
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail.audit import acting_as
from accounts.trail.refusals import record_refusal
from scim.protocol.errors import UnauthorizedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from rest_framework.request import Request
    from rest_framework.views import APIView

LOG = logging.getLogger(__name__)

REALM: Final = 'Bearer realm="SCIM"'
_LONGEST_SECRET: Final = 512
# What is true of a moment is asked here: reading it as an object takes longer than all the rest.
_COLUMNS: Final = """
SELECT token.revoked IS NOT NULL, token.expires <= statement_timestamp(), source.enabled,
       tenant.saml_enabled AND tenant.scim_enabled AND tenant.plan = %s,
       token.id, token.name, extract(epoch FROM token.last_used)::float8,
       source.id, source.name, source.revision, source.on_delete = 'delete',
       source.on_deactivate = 'delete', source.log_bodies, source.rate_limit_per_minute, tenant.id,
       source.may_change_roles
"""
_FROM: Final = """
FROM scim_bearertoken AS token
JOIN scim_source AS source ON source.id = token.source_id
JOIN accounts_tenant AS tenant ON tenant.id = token.tenant_id
"""
_WHERE: Final = "WHERE token.digest = %s"
_WIDTH: Final = 16
"""Columns before those of an :class:`Along`."""


class InvalidTokenError(UnauthorizedError):
    """A token was sent and opens nothing (RFC 6750, Section 3.1: ``invalid_token``)."""


class Credential(NamedTuple):
    """Who calls: a token that is alive, its source with the source's options, its tenant.

    ``last_used`` is in seconds since 1970.  ``revision`` changes whenever the mapping or the
    schemas of the source do.
    """

    token_id: int
    token_name: str
    last_used: float | None
    source_id: int
    source_name: str
    revision: int
    deletes_on_delete: bool
    deletes_on_deactivate: bool
    log_bodies: bool
    rate_limit_per_minute: int
    tenant_id: int
    may_change_roles: bool


@dataclass(slots=True)
class Along:
    """What to read with the token, in its statement: ``columns`` of the table in ``join``.

    ``join`` is a ``LEFT JOIN`` that holds to ``tenant.id``, so that nothing of another tenant is
    found, and has one place for ``key``.  Once the token is found alive, ``row`` is what was read;
    all of it is ``None`` when nothing was found.
    """

    columns: str
    join: str
    key: UUID
    row: Sequence[Any] | None = None


def find_credential(secret: str, along: Along | None = None) -> Credential:
    """Return what the secret stands for, with one statement, which also fills ``along``.

    Raises:
        InvalidTokenError: The token is unknown, revoked or expired, its source is switched off,
            or SCIM is not on for its tenant.
    """
    row = _read(secret, along)
    if row is None:
        LOG.info("A SCIM request came with a bearer token that is unknown.")
        raise InvalidTokenError(
            "The bearer token is unknown. Copy it again from the page of the SCIM source, or "
            "make a new one there."
        )
    is_revoked, has_expired, is_enabled, is_switched_on, *found = row[:_WIDTH]
    credential = Credential(*found)
    reason = ""
    if is_revoked:
        reason = "The bearer token was revoked. Use the newest one of the source."
    elif has_expired:
        reason = "The bearer token has expired. Make a new one for the source."
    elif not is_enabled:
        reason = "The source of this bearer token is switched off."
    elif not is_switched_on:
        reason = "SCIM is not enabled for this tenant."
    if reason:
        source = f"SCIM: {credential.source_name}"
        with tenant_id_scope(credential.tenant_id), acting_as(source):
            record_refusal("scim.refused", reason=reason, token=credential.token_name)
        raise InvalidTokenError(reason)
    if along is not None:
        along.row = row[_WIDTH:]
    return credential


def _read(secret: str, along: Along | None) -> Sequence[Any] | None:
    key = [] if along is None else [along.key]
    statement = _statement(along.columns, along.join) if along else _statement("", "")
    with every_tenant(), prepared_cursor() as cursor:
        cursor.execute(statement, [Plan.ENTERPRISE, *key, digest_of(secret)])
        row: Sequence[Any] | None = cursor.fetchone()
    return row


@cache
def _statement(columns: str, join: str) -> str:
    """Return the statement of a token, which reads these columns along; there are few."""
    more = f", {columns} {_FROM} {join} " if columns else _FROM
    return f"{_COLUMNS}{more}{_WHERE}"


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

    def _along(self, request: Request) -> Along | None:
        view = request.parser_context["view"]
        found: Along | None = view.read_along()
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
