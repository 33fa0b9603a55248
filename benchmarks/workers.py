"""Worker processes, started as ``manage.py worker`` is in production."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks.server import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.databases import Database

NETWORKS: Final = "127.0.0.0/8"
"""Where targets of the benchmarks are; an operator has to allow that."""
_MANAGE: Final = Path(__file__).resolve().parent.parent / "manage.py"
_ALIVE: Final = "SELECT count(*) FROM procrastinate_workers"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 30


@contextmanager
def working(database: Database, base_url: str, *, processes: int) -> Iterator[Sequence[int]]:
    """Have so many workers until the block ends, each of which does one job at a time.

    Raises:
        ServerError: One of them ended by itself, or is not at work within a minute.
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database.url,
        "GATEHOUSE_BASE_URL": base_url,
        "GATEHOUSE_LOG_LEVEL": "ERROR",
        "GATEHOUSE_OUTGOING_NETWORKS": NETWORKS,
    }
    command = [sys.executable, str(_MANAGE), "worker", "--at-once", "1"]
    started = [
        subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own words
        for _number in range(processes)
    ]
    try:
        _wait(started, database)
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            _end(process)


def _wait(started: Sequence[subprocess.Popen[bytes]], database: Database) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with psycopg.connect(database.url, autocommit=True) as connection:
        while True:
            row = connection.execute(_ALIVE).fetchone()
            if row is not None and row[0] >= len(started):
                return
            if any(process.poll() is not None for process in started):
                raise ServerError("A worker ended by itself; its message is above.")
            if time.monotonic() > deadline:
                raise ServerError("The workers are not at work after a minute.")
            time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
