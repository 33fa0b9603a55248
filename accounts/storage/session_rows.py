"""Writing the row of a session that begins, and all that goes with it, as one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import orjson
from django.utils import timezone

from accounts.errors import SessionRefusedError
from accounts.storage.parts import Part
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT, VALUES

if TYPE_CHECKING:
    from accounts.models import Session, User
    from accounts.storage.trail_rows import Entry

_SESSION: Final = f"""
seen AS (
    UPDATE accounts_user AS person SET last_login = %s FROM allowed
    WHERE person.id = %s AND person.tenant_id IS NOT DISTINCT FROM %s AND person.active
    RETURNING person.id, person.tenant_id, person.last_login AS now
),
begun AS (
    INSERT INTO accounts_session (
        user_id, created, last_seen, session_key, session_data, expire_date, method, ip_address,
        user_agent, saml
    )
    SELECT seen.id, seen.now, seen.now, %s, %s, %s, %s, %s, %s, %s FROM seen
),
entered AS ({INSERT} SELECT {VALUES} FROM seen)
"""  # noqa: S608 - constant SQL
_BEGIN: Final = f"WITH allowed AS (SELECT), {_SESSION} SELECT now FROM seen"  # noqa: S608 - constants


class SessionWriter(Protocol):
    """What writes a session that begins, and raises ``SessionRefusedError`` if it may not."""

    def __call__(self, *, session: Session, user: User, entry: Entry) -> None:
        """Write the session of ``user``, the time of their sign-in and the entry in the trail."""


def write_session(*, session: Session, user: User, entry: Entry) -> None:
    """Write the session of ``user``, the time of their sign-in and the entry in the trail.

    Raises:
        SessionRefusedError: The user is not active any more.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_BEGIN, session_part(session=session, user=user, entry=entry).params)
        begun = cursor.fetchone()
    if begun is None:
        raise SessionRefusedError([])
    (user.last_login,) = begun


def session_part(*, session: Session, user: User, entry: Entry) -> Part:
    """Return what of a statement writes what :func:`write_session` does, if the session may begin.

    It is a list of common table expressions, for a room of a layer above that has more to say of
    it.  They read ``allowed``, which that room puts before them: one row if the session may begin,
    and none if not.  ``seen`` then has one row if it begins, and none if not, or if the user is
    not active any more: ``id`` and ``tenant_id`` of the user, and ``now``.

    Whoever deactivates the user waits for this statement and ends the session, or is waited for.
    """
    values = (
        *(timezone.now(), user.pk, user.tenant_id),
        *(session.session_key, session.session_data, session.expire_date, session.method),
        *(session.ip_address, session.user_agent, orjson.dumps(session.saml).decode()),
        *entry,
    )
    return Part(_SESSION, values)
