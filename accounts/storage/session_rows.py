"""Writing the row of a session that begins, and all that goes with it, as one statement."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import orjson
from django.utils import timezone

from accounts.errors import SessionRefusedError
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT, VALUES

if TYPE_CHECKING:
    from accounts.models import Session, User
    from accounts.storage.trail_rows import Entry


class Condition(NamedTuple):
    """What must hold for a session to begin, decided by the statement that begins it.

    Attributes:
        expressions: Constant SQL: what may follow ``WITH``; the last one is called ``allowed`` and
            has one row if the session may begin, and none if not.
        values: What its places stand for.
        answer: Constant SQL: the query for what the caller wants to know about it.
    """

    expressions: str
    values: tuple[Any, ...] = ()
    answer: str = "SELECT FROM allowed"


class Companion(NamedTuple):
    """What is written only if the session begins, by the same statement.

    Attributes:
        expression: Constant SQL: a further common table expression that takes its row from
            ``seen``, which has one row if the session begins: ``id`` and ``tenant_id`` of the user
            and ``now``.
        values: What its places stand for.
    """

    expression: str
    values: tuple[Any, ...] = ()


_ALWAYS: Final = Condition("allowed AS (SELECT)")
NOTHING: Final = Companion("nothing AS (SELECT)")


class SessionWriter(Protocol):
    """What writes a session that begins, and raises ``SessionRefusedError`` if it may not."""

    def __call__(self, *, session: Session, user: User, entry: Entry) -> None:
        """Write the session of ``user``, the time of their sign-in and the entry in the trail."""


def write_session(*, session: Session, user: User, entry: Entry) -> None:
    """Write the session of ``user``, the time of their sign-in and the entry in the trail.

    Raises:
        SessionRefusedError: The user is not active any more.
    """
    write_new_session(session=session, user=user, entry=entry, when=_ALWAYS, beside=NOTHING)


def write_new_session(
    *, session: Session, user: User, entry: Entry, when: Condition, beside: Companion
) -> None:
    """Do as :func:`write_session`, for the storage of a layer above that has more to say of it.

    Whoever deactivates the user waits for this statement and ends the session, or is waited for.

    Raises:
        SessionRefusedError: ``when`` does not hold, or the user is not active any more.
    """
    now = timezone.now()
    values = (
        *when.values,
        *(now, user.pk, user.tenant_id),
        *(session.session_key, session.session_data, session.expire_date, session.method),
        *(session.ip_address, session.user_agent, orjson.dumps(session.saml).decode()),
        *entry,
        *beside.values,
    )
    with prepared_cursor() as cursor:
        statement = _statement(when.expressions, beside.expression, when.answer)
        cursor.execute(statement, values)
        has_begun, *answer = cursor.fetchone() or (False,)
    if not has_begun:
        raise SessionRefusedError(answer)
    user.last_login = now


@cache
def _statement(expressions: str, beside: str, answer: str) -> str:
    return f"""
WITH {expressions},
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
entered AS ({INSERT} SELECT {VALUES} FROM seen),
{beside}
SELECT EXISTS (SELECT FROM seen), answer.* FROM ({answer}) AS answer
"""  # noqa: S608 - constant SQL
