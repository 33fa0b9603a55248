"""A PostgreSQL server that a test may stop, freeze and start again.

It runs the programs of the server that the tests' own database is on.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from operations.checkout import BASE_DIR
from tests.support.processes import LOOPBACK, free_port

ROLE = "gatehouse"
"""Owns the databases, and is no superuser."""

_START_SECONDS = 30


class PostgresServer:
    """A server on a port of the loopback interface, which trusts whoever connects."""

    def __init__(self, programs: Path, folder: Path, user: int, *options: str) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"
        self.programs = programs
        """The folder of PostgreSQL's programs, such as ``pg_dump``."""
        self._folder = folder
        self._user = user
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        command = [self.programs / "postgres", "-D", self._folder / "data", "-h", LOOPBACK]
        command += ["-p", str(self.port), "-k", "", "-F", *self._options]
        self._process = self._spawn(command)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL does not start"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it, ending every session (a *fast* shutdown)."""
        assert self._process is not None
        self.thaw()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def kill(self) -> None:
        """End its main process as a crash of the machine would; the sessions notice."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def freeze(self) -> None:
        """Let none of its processes run, without ending any."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them run again."""
        self._signal_all(signal.SIGCONT)

    def empty(self, name: str) -> str:
        """The connection string of a new database with nothing in it."""
        url = f"postgresql://{ROLE}@{LOOPBACK}:{self.port}/{name}"
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(ROLE)
                )
            )
        return url

    def migrated(self, name: str) -> str:
        """The connection string of a new database with every table."""
        url = self.empty(name)
        subprocess.run(  # noqa: S603
            [sys.executable, BASE_DIR / "manage.py", "migrate", "--verbosity=0"],
            env={**os.environ, "DATABASE_URL": url},
            check=True,
        )
        return url

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs, such as ``pg_dump``, to its end."""
        subprocess.run([self.programs / program, *words], check=True)  # noqa: S603

    def initialise(self) -> None:
        """Make its data folder."""
        command = [self.programs / "initdb", "-D", self._folder / "data", "-U", "postgres"]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        assert self._spawn(command).wait(60) == 0, "initdb failed"

    @property
    def is_running(self) -> bool:
        """Whether its main process lives."""
        return self._process is not None and self._process.poll() is None

    def _spawn(self, command: Sequence[object]) -> "subprocess.Popen[bytes]":
        with open(os.devnull, "wb") as nowhere:
            return subprocess.Popen(  # noqa: S603
                [str(word) for word in command],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=nowhere,
                stderr=nowhere,
                start_new_session=True,
                # PostgreSQL refuses to run as root.
                user=self._user if os.geteuid() == 0 else None,
            )

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        main = self._process.pid
        os.kill(main, number)
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for child in map(int, children):
            with suppress(ProcessLookupError):  # It may have ended in between.
                os.kill(child, number)


@contextmanager
def postgres_server(*options: str) -> Iterator[PostgresServer]:
    """A running server with nothing in it; ``options`` are arguments of ``postgres``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        programs = Path(cursor.fetchone()[0])
        cursor.execute("SHOW data_directory")
        user = Path(cursor.fetchone()[0]).stat().st_uid
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-pg-"))
    os.chown(folder, user, -1)
    server = PostgresServer(programs, folder, user, *options)
    try:
        server.initialise()
        server.start()
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
        yield server
    finally:
        if server.is_running:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
