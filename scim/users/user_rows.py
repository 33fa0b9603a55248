"""Reading users for SCIM: one statement for a user or a page of them, with their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import orjson

from accounts.identifiers import read_uuid
from accounts.storage.finding import ambiguous, candidates
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from licenses.services import HOLDS_SEAT
from scim.adapters.user_adapter import UserRow, moment_read
from scim.http.authentication import Along
from scim.protocol.errors import NotFoundError
from scim.protocol.values import is_storable
from scim.users.user_groups import GROUPS_COLUMN, group_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.adapters.user_adapter import Person

_COLUMNS: Final = (
    "id",
    "user_name",
    "external_id",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "active",
    "role",
    "attributes",
    "created",
    "last_modified",
    "version",
)
# As text, which is what is made of them: reading each as an object first takes longer than all
# the rest of the row.
_AS_TEXT: Final = frozenset({"id", "created", "last_modified"})
_SELECTED: Final = ", ".join(
    f"u.{column}::text" if column in _AS_TEXT else f"u.{column}" for column in _COLUMNS
)
_ROLE: Final = _COLUMNS.index("role")
_ATTRIBUTES: Final = _COLUMNS.index("attributes")
WIDTH: Final = len(_COLUMNS) + 1
"""Columns of a row, the last of which holds the groups."""

WITH_GROUPS: Final = f"{_SELECTED}, {GROUPS_COLUMN}"
WITH_GROUPS_OF_PAGE: Final = f"{_SELECTED}, groups_of_page.list"
WITHOUT_GROUPS: Final = f"{_SELECTED}, NULL"
_LONGEST_KEY: Final = 320
_STATE: Final = f"u.xmin::text, u.active AND {HOLDS_SEAT}"
_STATE_WITH_GROUPS: Final = f"{WITH_GROUPS}, {_STATE}"
_ALONG: Final = "LEFT JOIN accounts_user AS u ON u.tenant_id = tenant.id AND u.id = %s"
_BY_ID: Final = "u.id = %s"
# Whom the name means, or the several whom it might mean.
_BY_NAME: Final = """
u.id IN (
  SELECT id FROM (
    SELECT id, rank, max(rank) OVER () AS best FROM ({candidates}) candidate
  ) ranked
  WHERE rank = best
)"""


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
    row = _found(key, f"{_columns(with_groups=with_groups)}, {_STATE}")
    return _read_state(row, with_groups=with_groups)


def user_along(key: str, *, to_change: bool) -> Along | None:
    """Return how to read the user with that id, with their groups, together with the token.

    ``None`` when ``key`` is no id: a user name is looked up afterwards.
    """
    user_id = read_uuid(key)
    if user_id is None:
        return None
    return Along(_STATE_WITH_GROUPS if to_change else WITH_GROUPS, _ALONG, user_id)


def read_along(along: Along) -> UserRow:
    """Return the user whom :func:`user_along` had read; to change, if that was so asked for.

    Raises:
        NotFoundError: The tenant of the token has no such user.
    """
    row = along.row
    if row is None or row[0] is None:
        raise _unknown(str(along.key))
    if along.columns is _STATE_WITH_GROUPS:
        return _read_state(row, with_groups=True)
    return read_row(row, with_groups=True)


def _read_state(row: Sequence[Any], *, with_groups: bool) -> UserRow:
    person, groups, *_unknown_yet = read_row(row, with_groups=with_groups)
    return UserRow(person, groups, xmin=row[WIDTH], holds_seat=row[WIDTH + 1])


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
    person = cast("Person", dict(zip(_COLUMNS, row, strict=False)))
    attributes = row[_ATTRIBUTES]
    person["attributes"] = orjson.loads(attributes) if isinstance(attributes, str) else attributes
    person["created"] = moment_read(person["created"])
    person["last_modified"] = moment_read(person["last_modified"])
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
    statement = (
        f"SELECT {columns} FROM accounts_user u WHERE u.tenant_id = %s AND {condition}{lock}"
    )
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
