"""The server under measurement, started as ``make run`` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx2

from benchmarks.processor import times_of
from operations.server.starting import serve_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.databases import Database
    from benchmarks.processor import Times

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 15


class ServerError(Exception):
    """The server did not start; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with its worker processes."""

    url: str
    process: subprocess.Popen[bytes]
    database_url: str

    def memory(self) -> list[int]:
        """Return the resident memory of each worker, in kilobytes."""
        return sorted(_resident_kilobytes(pid) for pid in _children(self.process.pid))

    def memory_by_process(self) -> list[int]:
        """Return that of the main process, then of each worker as they were started."""
        main = self.process.pid
        return [_resident_kilobytes(pid) for pid in (main, *_children(main))]

    def times(self) -> Times:
        """Return the processor time of its processes and of their sessions at the database."""
        return times_of(_children(self.process.pid), self.database_url)


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database: Database, port: int, variables: Mapping[str, str]) -> Iterator[Server]:
    """Serve the product, and what it is measured against, from ``database`` meanwhile.

    Raises:
        ServerError: It ended by itself, or did not answer within a minute.
    """
    url = f"http://{HOST}:{port}"
    environment = {
        **os.environ,
        **variables,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database.url,
        "GATEHOUSE_BASE_URL": url,
        "GATEHOUSE_LOG_LEVEL": "ERROR",
        "GATEHOUSE_WORKERS": "2",
    }
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, *serve_command(port)], env=environment, start_new_session=True
    )
    try:
        _wait(process, url)
        yield Server(url, process, database.url)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            httpx2.get(f"{url}/scim/v2/Users", timeout=10, trust_env=False)
        except httpx2.HTTPError:
            if process.poll() is not None:
                raise ServerError("The server ended by itself; its message is above.") from None
            if time.monotonic() > deadline:
                raise ServerError(f"Nothing answers at {url} after a minute.") from None
            time.sleep(0.1)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def private_kilobytes(pid: int) -> int:
    """Return the memory that a process shares with no other, in kilobytes; 0 once it has ended."""
    return _kilobytes(pid, "RssAnon")


def _resident_kilobytes(pid: int) -> int:
    return _kilobytes(pid, "VmRSS")


def _kilobytes(pid: int, name: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0
