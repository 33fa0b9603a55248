"""The load generator: ``wrk`` with :file:`load.lua`."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 8
_SCRIPT: Final = Path(__file__).with_name("load.lua")
_MARK: Final = "MEASURED "
_SLACK_SECONDS: Final = 30


class LoadError(Exception):
    """The load could not be measured; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """Requests of one kind; :file:`load.lua` explains what may stand in angle brackets."""

    method: str
    path: str
    body: str = ""
    line: str = ""
    lines: int = 0
    content_type: str = "application/scim+json"
    token: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round came to: how many answers in how many seconds, and milliseconds of each."""

    requests: int
    seconds: float
    p50: float
    p99: float
    next_number: int

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds


def require_wrk() -> str:
    """Return the path of ``wrk``.

    Raises:
        LoadError: It is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise LoadError(
            "The load generator wrk is missing. Install it: apt-get install wrk "
            "(Debian, Ubuntu), brew install wrk (macOS)."
        )
    return found


def generate(
    url: str, request: Request, *, seconds: int, numbers: dict[str, int], connections: int
) -> Load:
    """Send requests for ``seconds`` over so many connections, as fast as they are answered.

    ``numbers`` are ``users``, ``groups``, ``first`` and ``run`` of :file:`load.lua`.

    Raises:
        LoadError: An answer was an error, a connection broke, or ``wrk`` itself failed.
    """
    options = {
        "method": request.method,
        "path": request.path,
        "body": request.body,
        "line": request.line,
        "lines": str(request.lines),
        "type": request.content_type,
        "token": request.token,
        "file": request.file,
        **{name: str(number) for name, number in numbers.items()},
    }
    command = [require_wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=20s"]
    command += ["--latency", "-s", str(_SCRIPT), url, "--"]
    command += [f"{name}={value}" for name, value in options.items() if value]
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, timeout=seconds + _SLACK_SECONDS, check=False
    )
    measured = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not measured:
        raise LoadError(f"wrk failed: {done.stderr or done.stdout}")
    return _read(json.loads(measured[0].removeprefix(_MARK)), request)


def _read(found: dict[str, int], request: Request) -> Load:
    if found["refused"] or found["broken"] or not found["requests"]:
        raise LoadError(
            f"{request.method} {request.path}: of {found['requests']} requests {found['refused']} "
            f"were refused and {found['broken']} broke."
        )
    return Load(
        requests=found["requests"],
        seconds=found["microseconds"] / 1_000_000,
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        next_number=found["next"],
    )
