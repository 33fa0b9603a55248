"""Child processes that are started again when they die, and end with the process that has them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
STEADY: Final = 60.0
"""Seconds alive after which a death counts as the first one."""


class Running(Protocol):
    """Something that runs, as :class:`subprocess.Popen` tells of it."""

    def poll(self) -> int | None:
        """Return how it ended, or ``None`` while it runs."""


@dataclass
class Supervised:
    """What is kept running: ``start`` begins it, anew each time it has ended by itself.

    Pauses between starts double from half a second to half a minute.  A start that raises counts
    as a death.  ``now`` is in seconds, of a clock that nobody sets.
    """

    name: str
    start: Callable[[], Running]
    now: Callable[[], float] = time.monotonic
    running: Running | None = None
    _pause: float = FIRST_PAUSE
    _since: float = 0.0
    _due: float | None = field(default=None)

    def begin(self) -> None:
        """Start it for the first time; what :attr:`start` raises is the caller's."""
        self.running = self.start()
        self._since = self.now()

    def tend(self) -> None:
        """Start it again if it has ended and its pause is over; to be called often."""
        if self._due is None:
            ended = self.running.poll() if self.running else None
            if ended is None:
                return
            if self.now() - self._since >= STEADY:
                self._pause = FIRST_PAUSE
            self._plan(f"ended by itself ({_said(ended)})")
        elif self.now() >= self._due:
            self._due = None
            try:
                self.begin()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                self._plan(f"did not start: {error}")

    def _plan(self, what: str) -> None:
        sys.stderr.write(f"{self.name} {what}; it starts again in {self._pause:g} s.\n")
        self.running = None
        self._due = self.now() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


def child(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that is told to end when this one is killed, where the kernel can do that.

    It has a session of its own, so that Ctrl-C reaches only this process, which then stops all in
    order.  Call it in the main thread: the kernel's wish is bound to the thread that starts.
    """
    setpriv = shutil.which("setpriv")
    dying = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return subprocess.Popen(  # noqa: S603 - our own words
        [*dying, *words],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def stop(process: Running | None, *, seconds: float) -> None:
    """Ask a child to end, wait so long, and then end it with all that it started."""
    if not isinstance(process, subprocess.Popen) or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _said(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"
