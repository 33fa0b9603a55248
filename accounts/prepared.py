"""Statements that PostgreSQL plans once for each connection and then only runs.

For a short statement that never changes its text, planning costs more than running.  What is on
the path of every request is therefore executed here; everything else goes the ordinary way.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Cursor, InterfaceError
from psycopg._preparing import Prepare
from psycopg.adapt import Transformer
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from django.db.models import Field, Model
    from psycopg import Connection
    from psycopg.abc import Transformer as AnyTransformer

_MOST_REMEMBERED: Final = 100  # As many as the driver keeps prepared on a connection.
_SPARE: Final = "spare_prepared_cursors"


class _PreparedCursor(Cursor[Any]):
    """Sends values apart from the statement, so that its text stays what was planned.

    It is used again and again on its connection, because what the driver works out for a
    statement (how its values are sent, how its columns are read) is the same each time.
    """

    def __init__(self, connection: Connection[Any], spare: list[_PreparedCursor]) -> None:
        super().__init__(connection)
        self._spare = spare
        self._tx = Transformer(self)
        self._transformers: dict[Any, AnyTransformer] = {}

    @override
    def close(self) -> None:
        """Forget the result; the cursor itself waits for the next who wants one."""
        if self._closed:
            return
        self._tx.set_pgresult(None)
        self._reset()
        self._closed = True
        self._spare.append(self)

    def open(self) -> _PreparedCursor:
        """Return the cursor, for one use."""
        self._closed = False
        return self

    @override
    def _start_query(self, query: Any = None) -> Any:
        """Begin as the driver does, with what was worked out when ``query`` ran before."""
        if self._closed:
            raise InterfaceError("the cursor is closed")
        self._reset()
        found = self._transformers.get(query)
        if found is None:
            if len(self._transformers) >= _MOST_REMEMBERED:
                self._transformers.clear()
            found = self._transformers[query] = Transformer(self)
        self._tx = found
        yield from self._conn._start_query()  # noqa: SLF001 - its cursor's own

    @override
    def _get_prepared(self, pgq: Any, prepare: Any = None) -> Any:
        self._query = pgq  # Django's log of queries shows it; the driver notes others only.
        return super()._get_prepared(pgq, prepare)

    @override
    def _maybe_prepare_gen(self, pgq: Any, *, prepare: Any = None, binary: Any = None) -> Any:
        """Run a statement that is planned already with one call of the C library.

        The driver's own way asks, waits and fetches step by step, and other threads of the process
        take turns at each.
        """
        state, name = self._get_prepared(pgq, prepare)
        if state is not Prepare.YES or self._conn.pgconn.pipeline_status:
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        result = self._pgconn.exec_prepared(name, pgq.params, pgq.formats, self.format)
        self._conn._prepared.maybe_add_to_cache(pgq, state, name)  # noqa: SLF001 - its cursor's own
        self._check_results([result])
        self._set_results([result])


def prepared_cursor() -> CursorWrapper:
    """Return a cursor for statements of fixed text; use it as that of ``connection.cursor()``.

    PostgreSQL sees the types of the values: cast a parameter wherever its context does not tell
    its type.  A statement whose best plan depends on the values does not belong here.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = _unused_cursor(database)
        # The wrapping that Django gives its own cursors: its errors, and its log of queries.
        wrapped: CursorWrapper = database._prepare_cursor(cursor)  # noqa: SLF001
    return wrapped


def _unused_cursor(database: Any) -> _PreparedCursor:
    """Return a cursor of the open connection of ``database`` that nobody is using."""
    spare: list[_PreparedCursor] | None = getattr(database.connection, _SPARE, None)
    if spare is None:
        spare = []
        setattr(database.connection, _SPARE, spare)
    return spare.pop().open() if spare else _PreparedCursor(database.connection, spare)


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
