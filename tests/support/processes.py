"""Server processes for tests that need real HTTP: started on a free port, stopped at the end."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import httpx2

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0
"""Seconds after which a client gives an answer up: a busy machine is slow, not wrong."""
_PORTS = range(20_000, 32_000)
"""Below those that systems give to connections: one of those could be taken before a server is."""
_CHANCE = random.SystemRandom()  # The others are seeded alike in every process of a test run.


class ProcessFailedError(AssertionError):
    """The server process ended early or did not answer in time; carries what it printed."""


def free_port(*, in_a_row: int = 1) -> int:
    """A port of the loopback interface that nothing listens on at this moment.

    With ``in_a_row`` so many from this one on are free.
    """
    for _ in range(100):
        port = _CHANCE.choice(_PORTS)
        if all(_is_free(port + further) for further in range(in_a_row)):
            return port
    raise AssertionError(f"No {in_a_row} free ports in a row were found.")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers_http(url: str) -> Callable[[], bool]:
    """A question for ``running``: does anything answer a GET of ``url``, whatever the status?"""

    def answers() -> bool:
        try:
            httpx2.get(url, timeout=5, trust_env=False)
        except httpx2.HTTPError:
            return False
        return True

    return answers


@contextmanager
def running(  # noqa: PLR0913 - each is optional, and named
    command: Sequence[str | Path],
    *,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_seconds: float = 60,
    log: Path | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``command`` until the block ends; entered once ``ready`` says yes.

    The process leads a group of its own, so its workers stop with it.  What it prints goes to
    ``log``, if that is given.

    Raises:
        ProcessFailedError: It ended or was not ready within ``timeout_seconds``.
    """
    with log.open("w+b") if log else TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the tests' own commands
            [str(word) for word in command],
            env={**os.environ, **(environment or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until(ready, process, output, timeout_seconds)
            yield process
        finally:
            _stop(process)


def _wait_until(
    ready: Callable[[], bool],
    process: "subprocess.Popen[bytes]",
    output: IO[bytes],
    timeout_seconds: float,
) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            state = "is not ready" if process.poll() is None else f"ended ({process.returncode})"
            output.seek(0)
            printed = output.read().decode(errors="replace")[-4000:]
            raise ProcessFailedError(f"{process.args!r} {state}. It printed:\n{printed}")
        time.sleep(0.1)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
