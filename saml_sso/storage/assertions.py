"""Using assertions up, each once: by themselves, or with the session that one begins."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from accounts.errors import SessionRefusedError
from accounts.storage.prepared import prepared_cursor
from accounts.storage.session_rows import session_part
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Session, User
    from accounts.storage.trail_rows import Entry

# Each waits for a rival who is using the same assertion, and then tells who was first.
_CONSUME: Final = """
INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
"""
# The lock on the settings is shared, so that people of one tenant sign in side by side.
_CONSUME_UNDER_SETTINGS: Final = """
WITH now AS (
    SELECT settings.tenant_id, settings.revision
    FROM saml_sso_identityprovidersettings AS settings
    JOIN accounts_tenant AS tenant ON tenant.id = settings.tenant_id
    WHERE settings.tenant_id = %s AND tenant.saml_enabled
    FOR SHARE
), allowed AS (
    INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires)
    SELECT now.tenant_id, %s, %s FROM now WHERE now.revision = %s
    ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
)
"""
_ANSWER: Final = """
SELECT (SELECT seen.now FROM seen), now.revision, allowed.id FROM now LEFT JOIN allowed ON true
"""
_LOGGED: Final = """, logged AS (
    INSERT INTO saml_sso_signinattempt (
        tenant_id, user_id, at, outcome, check_name, reason, remedy,
        kind, reference, identifier, sealed, revision, ip_address, user_agent
    )
    SELECT seen.tenant_id, seen.id, seen.now, 'accepted', '', '', '', %s, %s, %s, %s, %s, %s, %s
    FROM seen
)"""


class Use(NamedTuple):
    """An assertion to be used up, and the revision of the settings that it was judged by."""

    digest: str
    expires: datetime
    revision: int


class LoggedSignIn(NamedTuple):
    """What the log of sign-ins says of one that passed; ``sealed`` holds its trace."""

    kind: str
    reference: str
    identifier: str
    sealed: bytes
    revision: int
    ip_address: str | None
    user_agent: str


def consume(digest: str, expires: datetime) -> bool:
    """Use an assertion of the active tenant up; return whether it was the first use."""
    with prepared_cursor() as cursor:
        cursor.execute(_CONSUME, [active_tenant_id(), digest, expires])
        return cursor.fetchone() is not None


def write_session_of_assertion(
    *, session: Session, user: User, entry: Entry, use: Use, logged: LoggedSignIn | None
) -> None:
    """Begin the session if the assertion is used for the first time, under settings still so.

    One statement does all of it, and logs the sign-in beside if ``logged`` is given.  The settings
    and the tenant stay locked against changes meanwhile, so that no session begins with a
    certificate that was removed, or after SAML was switched off.

    Raises:
        SessionRefusedError: It does not begin.  Its ``answer`` is empty when SAML is off, else the
            revision of the settings of now, and ``None`` when the assertion was used before.
    """
    begin = session_part(session=session, user=user, entry=entry)
    statement = _beginning(begin.sql, "" if logged is None else _LOGGED)
    values = (active_tenant_id(), use.digest, use.expires, use.revision)
    with prepared_cursor() as cursor:
        cursor.execute(statement, (*values, *begin.params, *(logged or ())))
        begun, *answer = cursor.fetchone() or (None,)
    if begun is None:
        raise SessionRefusedError(answer)
    user.last_login = begun


@cache
def _beginning(session: str, logged: str) -> str:
    return f"{_CONSUME_UNDER_SETTINGS}, {session}{logged}{_ANSWER}"
