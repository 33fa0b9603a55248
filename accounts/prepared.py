"""Statements that PostgreSQL plans once for each connection and then only runs.

For a short statement that never changes its text, planning costs more than running.  What is on
the path of every request is therefore executed here; everything else goes the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Cursor
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


class _PreparedCursor(Cursor[Any]):
    """Sends values apart from the statement, so that its text stays what was planned."""

    @override
    def _get_prepared(self, pgq: Any, prepare: Any = None) -> Any:
        self._query = pgq  # Django's log of queries shows it; the driver notes others only.
        return super()._get_prepared(pgq, prepare)


def prepared_cursor() -> CursorWrapper:
    """Return a cursor for statements of fixed text; use it as that of ``connection.cursor()``.

    PostgreSQL sees the types of the values: cast a parameter wherever its context does not tell
    its type.  A statement whose best plan depends on the values does not belong here.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = _PreparedCursor(database.connection)
        # The wrapping that Django gives its own cursors: its errors, and its log of queries.
        wrapped: CursorWrapper = database._prepare_cursor(cursor)  # noqa: SLF001
    return wrapped
