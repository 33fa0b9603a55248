"""The database of a first run and of the tests, when ``DATABASE_URL`` is absent.

The first process that asks starts the server as its own child, and ends it when it ends itself;
others join it meanwhile.  Children are told the address in ``DATABASE_URL``.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import pwd
import stat
import time
from pathlib import Path
from typing import Final

from operations.embedded.errors import EmbeddedPostgresError
from operations.embedded.server import START_SECONDS, EmbeddedPostgres, database_url, running_server

_SOCKET_FOLDER_LINE: Final = 4
_STATUS_LINE: Final = 7
"""Of ``postmaster.pid``, counted from 0 (PostgreSQL's ``utils/pidfile.h``)."""

_held: list[int] = []
"""Descriptors of files that stay open, and locked, for as long as this process lives."""


def embedded_database_url(data_dir: Path) -> str:
    """Start the server, or join the one that runs, and return the URL of its database.

    Raises:
        EmbeddedPostgresError: The server did not start.
    """
    server = EmbeddedPostgres(data_dir)
    try:
        url = _started_or_joined(server, data_dir)
    except EmbeddedPostgresError as error:
        raise EmbeddedPostgresError(_explained(error, data_dir)) from error
    except OSError as error:
        raise EmbeddedPostgresError(_explained(error, data_dir)) from error
    os.environ["DATABASE_URL"] = url
    return url


def _started_or_joined(server: EmbeddedPostgres, data_dir: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not server.hold():
        url = _running_url(data_dir)
        if url:
            _hold_as_user(data_dir, fcntl.LOCK_SH)
            return url
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError("another process is starting it and does not finish")
        time.sleep(0.1)
    server.start()
    starter = os.getpid()

    def end() -> None:
        if os.getpid() == starter:  # A copy of this process, such as a worker, holds nothing.
            _hold_as_user(data_dir, fcntl.LOCK_EX)  # Others who joined meanwhile finish first.
            server.stop()

    atexit.register(end)
    return server.url


def _running_url(data_dir: Path) -> str:
    """Return the address of the server that another process of ours started, once it is ready."""
    data = (data_dir / "postgres").resolve()
    if running_server(data) is None:
        return ""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        folder, status = Path(lines[_SOCKET_FOLDER_LINE]), lines[_STATUS_LINE].strip()
        found = folder.lstat()
    except (OSError, IndexError):
        return ""
    owner = data.stat().st_uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedPostgresError(
            f"the folder of its socket, {folder}, is not its owner's alone; end the server that "
            "made it"
        )
    name = pwd.getpwuid(owner).pw_name
    return database_url(folder, name) if status == "ready" else ""


def _hold_as_user(data_dir: Path, how: int) -> None:
    """Tell that this process uses the server, or wait until nobody else does."""
    users = os.open(data_dir / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, how)
    _held.append(users)


def _explained(error: Exception, data_dir: Path) -> str:
    if "DATABASE_URL" in str(error):
        return str(error)
    return (
        f"The embedded PostgreSQL in {data_dir / 'postgres'} did not start: {error}. Its log is "
        f"{data_dir / 'postgres.log'}. Or use a server of your own: "
        "DATABASE_URL=postgresql://user:password@host:5432/database"
    )
