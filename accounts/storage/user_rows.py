"""Writing the row of one user, without what the ORM would work out anew each time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.storage.trail_rows import Entry

_TENANT: Final = User._meta.get_field("tenant")
_COLUMNS: Final = tuple(
    field.attname for field in User._meta.concrete_fields if not field.generated
)
_INSERT: Final = (
    f"WITH made AS (INSERT INTO accounts_user ({', '.join(_COLUMNS)}) "  # noqa: S608 - the model's
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})) {INSERT} VALUES ({VALUES})"
)
_UNWRITTEN: Final = " AND xmin = %s::xid"
_BY_SOURCE: Final = (
    ", source_ids = CASE WHEN %s::bigint = ANY(source_ids) THEN source_ids "
    "ELSE array_append(source_ids, %s::bigint) END"
)


def insert_user(user: User, entry: Entry) -> None:
    """Write a new user of the active tenant and the entry about it, with one statement.

    Raises:
        ForeignTenantError: ``user`` belongs to another tenant.
        IntegrityError: A constraint of the table does not hold.
    """
    _TENANT.pre_save(user, add=True)
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, [*_values(user, _COLUMNS), *entry])
    user._state.adding = False  # noqa: SLF001 - what Django's own save does
    user._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001


def change_user(
    user: User,
    names: Iterable[str],
    entry: Entry,
    *,
    source_id: int | None,
    unless_written_since: str = "",
) -> bool:
    """Write these columns of a user of the active tenant and the entry about it, as one statement.

    Return whether that was done.  It was not when the user is gone, or when somebody has written
    the row since its ``xmin`` was ``unless_written_since``, if that is given.  PostgreSQL puts
    there the transaction that made this version of the row: no change passes it by.  The
    row remembers the source, if ``source_id`` names one.

    Raises:
        ForeignTenantError: ``user`` belongs to another tenant.
        IntegrityError: A constraint of the table does not hold.
    """
    _TENANT.pre_save(user, add=False)
    columns = tuple(sorted(names))
    statement = _change(
        columns, _BY_SOURCE if source_id else "", _UNWRITTEN if unless_written_since else ""
    )
    values = _values(user, columns)
    if source_id:
        values += [source_id, source_id]
    values += [user.pk, user.tenant_id]
    if unless_written_since:
        values.append(unless_written_since)
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*values, *entry])
        return bool(cursor.rowcount)


@lru_cache(maxsize=256)
def _change(columns: tuple[str, ...], by_source: str, condition: str) -> str:
    update = f"{_update(columns, by_source)}{condition} RETURNING id"
    return f"WITH changed AS ({update}) {INSERT} SELECT {VALUES} FROM changed"  # noqa: S608


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...], by_source: str) -> str:
    """Return the statement for columns in one order, so that the same ones are the same text."""
    places = ", ".join(f"{column} = %s" for column in columns)
    return (
        f"UPDATE accounts_user SET {places}{by_source} "  # noqa: S608 - the model's own columns
        "WHERE id = %s AND tenant_id IS NOT DISTINCT FROM %s"
    )


def _values(user: User, columns: Sequence[str]) -> list[Any]:
    return [
        orjson.dumps(user.attributes).decode() if column == "attributes" else getattr(user, column)
        for column in columns
    ]
