"""A bound on log lines that clients cause at will: a flood of refusals fills no disk."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

MOST_IN_A_SECOND: Final = 50
"""Lines of one logger and level; errors are always written."""


@dataclass(slots=True)
class _Second:
    number: int
    written: int = 0
    left_out: int = 0


class Bounded(logging.Filter):
    """Leaves out what one logger writes beyond :data:`MOST_IN_A_SECOND`, and says how much."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seconds: dict[tuple[str, int], _Second] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR:
            return True
        key, number = (record.name, record.levelno), int(record.created)
        with self._lock:
            second = self._seconds.setdefault(key, _Second(number))
            if second.number == number and second.written >= MOST_IN_A_SECOND:
                second.left_out += 1
                return False
            left_out = 0
            if second.number != number:
                left_out = second.left_out
                second = self._seconds[key] = _Second(number)
            second.written += 1
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out} more such lines were left out before)"
            record.args = None
        return True
