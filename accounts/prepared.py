"""Statements that PostgreSQL plans once for each connection and then only runs.

For a short statement that never changes its text, planning costs more than running.  What is on
the path of every request is therefore executed here; everything else goes the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Return a cursor for statements of fixed text; use it as that of ``connection.cursor()``.

    PostgreSQL sees the types of the values: cast a parameter wherever its context does not tell
    its type.  A statement whose best plan depends on the values does not belong here.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        # Values are sent apart from the statement, so that its text stays what was planned.
        cursor = ServerBindingCursor(database.connection)  # type: ignore[call-arg]  # stubs of psycopg 2
        return database._prepare_cursor(cursor)  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - the one way to keep Django's errors and log of queries
