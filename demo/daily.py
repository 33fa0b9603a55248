"""The daily work of a running product, done by a child process at once and every 24 hours."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from demo.supervision import child

DAY_SECONDS: Final = 24 * 60 * 60
_COMMAND: Final = (sys.executable, "-m", "django", "run_daily")


class DailyWork:
    """Starts ``run_daily`` when it is due; :meth:`tend` is to be called often.

    Args:
        environment: The child's environment variables.
        command: What to run; it prints its failures on standard error, which is ours.
        now: The time in seconds, of a clock that nobody sets.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        command: tuple[str, ...] = _COMMAND,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = environment
        self._command = command
        self._now = now
        self._due = now()
        self._child: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        """Begin today's work if it is due and yesterday's is over."""
        is_busy = self._child is not None and self._child.poll() is None
        if is_busy or self._now() < self._due:
            return
        self._due = self._now() + DAY_SECONDS
        self._child = child(self._command, self._environment, quiet=True)

    def stop(self) -> None:
        """End work that has begun; what it has done is done, the rest waits for the next day."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
