"""The process of :mod:`benchmarks.target`, started, told how to answer, and asked what it saw."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx2

from benchmarks.load import LoadError
from benchmarks.server import HOST, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE: Final = 300.0


class Target:
    """The server that everybody is pushed to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=_PATIENCE, trust_env=False)

    def begin(self, **told: Any) -> None:
        """Have it forget what it was asked, and answer as it is told from now on."""
        self._http.post("/control", json=told).raise_for_status()

    def seen(self) -> dict[str, Any]:
        """Return how many changes it has answered since, and in how many seconds."""
        answer: dict[str, Any] = self._http.get("/control").json()
        return answer

    def asked(self) -> list[list[str]]:
        """Return method, path and body of each request since."""
        answer: list[list[str]] = self._http.get("/control/asked").json()
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


@contextmanager
def target() -> Iterator[Target]:
    """Have a target in a process of its own until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.target", f"--port={port}"]
    process = subprocess.Popen(command)  # noqa: S603 - our own words
    made = Target(f"http://{HOST}:{port}")
    try:
        _wait(made)
        yield made
    finally:
        made.close()
        process.terminate()
        process.wait()


def _wait(there: Target) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            there.begin()
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise LoadError("The target does not answer.") from None
            time.sleep(0.1)
        else:
            return
