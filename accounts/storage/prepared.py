"""Statements that PostgreSQL plans once for each connection and then only runs.

For a short statement that never changes its text, planning costs more than running.  What is on
the path of every request is therefore executed here; everything else goes the ordinary way.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Cursor

from accounts.requests.awaited import require_somebody_waits

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from django.db.models import Field, Model


def prepared_cursor() -> CursorWrapper:
    """Return a cursor for statements of fixed text; use it as that of ``connection.cursor()``.

    PostgreSQL sees the types of the values: cast a parameter wherever its context does not tell
    its type.  A statement whose best plan depends on the values does not belong here.

    Raises:
        NobodyWaitsError: The answer to the request was given up.
    """
    require_somebody_waits()
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = Cursor(database.connection)
    wrap = database.make_debug_cursor if database.queries_logged else database.make_cursor
    wrapped: CursorWrapper = wrap(cursor)
    return wrapped


def insert_row(instance: Model) -> None:
    """Write a new row as ``instance.save(force_insert=True)`` does, and send no signals.

    A key that the database makes is set on ``instance``.

    Raises:
        ForeignTenantError: The row belongs to another tenant than the active one.
        IntegrityError: A constraint of the table does not hold.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    statement, fields = _insertion(type(instance))
    values = [
        field.get_db_prep_save(field.pre_save(instance, True), database)  # noqa: FBT003
        for field in fields
    ]
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        instance.pk = cursor.fetchone()[0]
    instance._state.adding = False  # noqa: SLF001 - what Django's own save does
    instance._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    """Return the statement, and the fields whose values the database does not make itself."""
    meta = model._meta
    fields = tuple(
        field
        for field in meta.concrete_fields
        if field is not meta.auto_field and not field.generated
    )
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = (
        f"INSERT INTO {meta.db_table} ({columns}) "  # noqa: S608 - the model's own columns
        f"VALUES ({places}) RETURNING {meta.pk.column}"
    )
    return statement, fields
