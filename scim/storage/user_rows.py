"""Reading users for SCIM: one statement for a user or a page of them, with their groups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import orjson

from accounts.identifiers import read_uuid
from accounts.storage.finding import ambiguous, candidates
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from scim.protocol.errors import NotFoundError
from scim.protocol.values import is_storable, moment
from scim.storage.person_columns import COLUMNS, PERSON, STATE, WIDTH, WITH_GROUPS, WITHOUT_GROUPS
from scim.storage.user_groups import group_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.storage.credentials import UserAlong
    from scim.storage.person_columns import Person

_ROLE: Final = COLUMNS.index("role")
_ATTRIBUTES: Final = COLUMNS.index("attributes")
_USUAL_LENGTH: Final = len("2026-01-02 03:04:05.678901+00")
_LONGEST_KEY: Final = 320
_BY_ID: Final = "u.id = %s"
# Whom the name means, or the several whom it might mean.
_BY_NAME: Final = """
u.id IN (
  SELECT id FROM (
    SELECT id, rank, max(rank) OVER () AS best FROM ({candidates}) candidate
  ) ranked
  WHERE rank = best
)"""


class UserRow(NamedTuple):
    """A user as it was read; ``groups`` is ``None`` when they were not asked for.

    ``xmin`` tells this version of the row from any other, ``holds_seat`` whether a licence would
    have to be taken back, and ``deactivated_by`` who decided last that an inactive user is, unless
    a source has confirmed it; they are known of users that were read to be changed, without a
    lock.
    """

    person: Person
    groups: list[dict[str, Any]] | None
    xmin: str = ""
    holds_seat: bool = False
    deactivated_by: str = ""


def read_user(key: str, *, with_groups: bool) -> UserRow:
    """Return the user with that id, or with that user name or address, with one statement.

    Raises:
        NotFoundError: The active tenant has no such user.
        AmbiguousAddressError: Several users have this address, and it is nobody's user name.
    """
    return read_row(_found(key, _columns(with_groups=with_groups)), with_groups=with_groups)


def read_user_to_change(key: str, *, with_groups: bool) -> UserRow:
    """Return the user as :func:`read_user` does, and what tells whether the row is still so.

    Raises:
        NotFoundError: The active tenant has no such user.
        AmbiguousAddressError: Several users have this address, and it is nobody's user name.
    """
    row = _found(key, f"{_columns(with_groups=with_groups)}, {STATE}")
    return _read_state(row, with_groups=with_groups)


def read_along(along: UserAlong) -> UserRow:
    """Return the user who was read with the token; to change, if that was so asked for.

    Raises:
        NotFoundError: The tenant of the token has no such user.
    """
    row = along.row
    if row is None or row[0] is None:
        raise _unknown(str(along.user_id))
    if along.to_change:
        return _read_state(row, with_groups=True)
    return read_row(row, with_groups=True)


def _read_state(row: Sequence[Any], *, with_groups: bool) -> UserRow:
    person, groups, *_unknown_yet = read_row(row, with_groups=with_groups)
    return UserRow(person, groups, *row[WIDTH : WIDTH + 3])


def lock_user(key: str, *, with_groups: bool) -> UserRow:
    """Return the user as :func:`read_user` does, locked until the transaction ends.

    Raises:
        NotFoundError: The active tenant has no such user.
        AmbiguousAddressError: Several users have this address, and it is nobody's user name.
    """
    row = _found(key, _columns(with_groups=with_groups), " FOR NO KEY UPDATE OF u")
    return read_row(row, with_groups=with_groups)


def read_row(row: Sequence[Any], *, with_groups: bool) -> UserRow:
    """Return the user in a row of :data:`WITH_GROUPS` or :data:`WITHOUT_GROUPS`."""
    person = cast("Person", dict(zip(COLUMNS, row, strict=False)))
    attributes = row[_ATTRIBUTES]
    person["attributes"] = orjson.loads(attributes) if isinstance(attributes, str) else attributes
    person["created"] = _moment_read(person["created"])
    person["last_modified"] = _moment_read(person["last_modified"])
    groups = None
    if with_groups:
        others = row[WIDTH - 1]
        if isinstance(others, str):
            others = orjson.loads(others)
        groups = group_elements(row[_ROLE], others)
    return UserRow(person, groups)


def _columns(*, with_groups: bool) -> str:
    return WITH_GROUPS if with_groups else WITHOUT_GROUPS


def _found(key: str, columns: str, lock: str = "") -> Sequence[Any]:
    tenant = active_tenant_id()
    condition, params = _condition(key)
    statement = f"SELECT {columns} FROM {PERSON} WHERE u.tenant_id = %s AND {condition}{lock}"
    with prepared_cursor() as cursor:
        cursor.execute(statement, [tenant, *params])
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    if not rows:
        raise _unknown(key)
    if len(rows) > 1:
        raise ambiguous(key)
    return rows[0]


def _condition(key: str) -> tuple[str, list[Any]]:
    user_id = read_uuid(key)
    if user_id is not None:
        return _BY_ID, [user_id]
    if not key or len(key) > _LONGEST_KEY or not is_storable(key):
        raise _unknown(key)
    search = candidates(key)
    return _BY_NAME.format(candidates=search.sql), [*search.params]


def _unknown(key: str) -> NotFoundError:
    return NotFoundError(f"There is no user {key[:100]!r} in this tenant.")


def _moment_read(text: str) -> str:
    """Return a moment as SCIM writes it that PostgreSQL wrote, whose way is ISO 8601's but for
    the space, the zeros at the end and the short offset.
    """
    if len(text) == _USUAL_LENGTH and text.endswith("+00"):
        return f"{text[:10]}T{text[11:26]}Z"
    return moment(datetime.fromisoformat(text).astimezone(UTC))
