"""Reading a token with its source and tenant, and with them the person whom a request names.

What is true of a moment is asked in the statement: reading it as an object takes longer than all
the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from accounts.models import Plan, Tenant
from accounts.services.loss_limits import Limits
from accounts.storage.prepared import prepared_cursor
from scim.storage.person_columns import PERSON, WITH_GROUPS, WITH_GROUPS_AND_STATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

_COLUMNS: Final = """
SELECT token.revoked IS NOT NULL, token.expires <= statement_timestamp(), source.enabled,
       tenant.saml_enabled AND tenant.scim_enabled AND tenant.plan = %(plan)s,
       token.id, token.name, extract(epoch FROM token.last_used)::float8,
       source.id, source.name, source.revision, source.on_delete = 'delete',
       source.on_deactivate = 'delete', source.log_bodies, source.rate_limit_per_minute, tenant.id,
       source.may_change_roles, source.loss_number, source.loss_percent, EXISTS (
         SELECT FROM accounts_heldchange AS held WHERE held.tenant_id = tenant.id
           AND held.source_id = source.id AND held.state = 'open'
       )"""
_FROM: Final = f"""
FROM scim_bearertoken AS token
JOIN scim_source AS source ON source.id = token.source_id
JOIN {Tenant._meta.db_table} AS tenant ON tenant.id = token.tenant_id"""
_WHERE: Final = "WHERE token.digest = %(digest)s"
# Of the tenant of the token only, so that nobody of another tenant is found.
_PERSON: Final = f"LEFT JOIN {PERSON} ON u.tenant_id = tenant.id AND u.id = %(user)s"
_ALONE: Final = f"{_COLUMNS}{_FROM}\n{_WHERE}"
_AND_USER: Final = f"{_COLUMNS}, {WITH_GROUPS}{_FROM}\n{_PERSON}\n{_WHERE}"
_AND_USER_TO_CHANGE: Final = f"{_COLUMNS}, {WITH_GROUPS_AND_STATE}{_FROM}\n{_PERSON}\n{_WHERE}"


class Credential(NamedTuple):
    """Who calls: a token, its source with the source's options, its tenant.

    ``last_used`` is in seconds since 1970.  ``revision`` changes whenever the mapping or the
    schemas of the source do.  ``is_holding`` says that a change of the source is held.
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
    loss_number: int | None
    loss_percent: int | None
    is_holding: bool

    @property
    def limits(self) -> Limits:
        """Within which limits the source may take people away."""
        return Limits(self.loss_number, self.loss_percent, self.is_holding)


class Found(NamedTuple):
    """A token as it was found, which opens nothing unless it is alive."""

    is_revoked: bool
    has_expired: bool
    source_is_enabled: bool
    is_switched_on: bool
    credential: Credential


_STATES: Final = len(Found._fields) - 1
_WIDTH: Final = _STATES + len(Credential._fields)


@dataclass(slots=True)
class UserAlong:
    """A person to be read with the token, with their groups.

    ``row`` is filled once the token is found alive; all of it is ``None`` when the tenant of the
    token has nobody with that id.  :func:`scim.storage.user_rows.read_along` reads it.
    """

    user_id: UUID
    to_change: bool
    row: Sequence[Any] | None = None


def read_credential(digest: str) -> Found | None:
    """Return what the secret with this digest stands for, in whatever tenant."""
    row = _read(_ALONE, {"plan": Plan.ENTERPRISE, "digest": digest})
    return None if row is None else _found(row)


def read_credential_and_user(digest: str, along: UserAlong) -> tuple[Found, Sequence[Any]] | None:
    """Do as :func:`read_credential`, and read the columns of the person besides."""
    statement = _AND_USER_TO_CHANGE if along.to_change else _AND_USER
    row = _read(statement, {"plan": Plan.ENTERPRISE, "digest": digest, "user": along.user_id})
    return None if row is None else (_found(row), row[_WIDTH:])


def _read(statement: str, values: dict[str, Any]) -> Sequence[Any] | None:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def _found(row: Sequence[Any]) -> Found:
    revoked, expired, enabled, switched_on, *credential = row[:_WIDTH]
    return Found(revoked, expired, enabled, switched_on, Credential(*credential))
