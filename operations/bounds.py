"""What limits a server: threads, queues, sizes and seconds, each an environment variable.

Nothing waits without a limit.  ``docs/operations.md`` documents each variable; a test compares
the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any, Final

from operations.variables import number

_MOST_WORKERS: Final = 8
_BEYOND_THREADS: Final = 2
"""Connections of a worker besides those of its threads: the request log's, and that of a look at
readiness."""


_DAY: Final = 24 * 60 * 60
_MOST_PROCESSES: Final = 1_000


def _bound(variable: str, default: int, most: int = 2**31 - 1) -> Any:
    return field(
        default_factory=lambda: number(variable, default, least=1, most=most),
        metadata={"variable": variable},
    )


def _workers() -> int:
    return min(max(os.cpu_count() or 1, 2), _MOST_WORKERS)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one deployment; each field's metadata names its variable.

    Those of threads, connections, bodies and queues are for each worker.
    """

    workers: int = _bound("GATEHOUSE_WORKERS", _workers(), _MOST_PROCESSES)
    threads: int = _bound("GATEHOUSE_THREADS", 6, _MOST_PROCESSES)
    connections: int = _bound("GATEHOUSE_CONNECTIONS", 1024)
    header_seconds: int = _bound("GATEHOUSE_HEADER_SECONDS", 15, 60)
    address_characters: int = _bound("GATEHOUSE_ADDRESS_CHARACTERS", 16_384, 65_536)
    body_seconds: int = _bound("GATEHOUSE_BODY_SECONDS", 10, _DAY)
    body_bytes: int = _bound("GATEHOUSE_BODY_BYTES", 5 * 1024 * 1024)
    held_bytes: int = _bound("GATEHOUSE_HELD_BYTES", 64 * 1024 * 1024)
    waiting: int = _bound("GATEHOUSE_WAITING", 512)
    waiting_of_one: int = _bound("GATEHOUSE_WAITING_OF_ONE", 64)
    waiting_seconds: int = _bound("GATEHOUSE_WAITING_SECONDS", 5, _DAY)
    answer_seconds: int = _bound("GATEHOUSE_ANSWER_SECONDS", 30, _DAY)
    long_answer_seconds: int = _bound("GATEHOUSE_LONG_ANSWER_SECONDS", 120, _DAY)
    stuck_seconds: int = _bound("GATEHOUSE_STUCK_SECONDS", 180, _DAY)
    stop_seconds: int = _bound("GATEHOUSE_STOP_SECONDS", 30, _DAY)
    connect_seconds: int = _bound("GATEHOUSE_CONNECT_SECONDS", 5, _DAY)
    statement_seconds: int = _bound("GATEHOUSE_STATEMENT_SECONDS", 15, _DAY)
    lock_seconds: int = _bound("GATEHOUSE_LOCK_SECONDS", 5, _DAY)
    idle_transaction_seconds: int = _bound("GATEHOUSE_IDLE_TRANSACTION_SECONDS", 60, _DAY)
    mail_seconds: int = _bound("GATEHOUSE_MAIL_SECONDS", 60, _DAY)
    least_free_bytes: int = _bound("GATEHOUSE_LEAST_FREE_BYTES", 100 * 1024 * 1024, 2**50)
    requests_per_second: int = _bound("GATEHOUSE_REQUESTS_PER_SECOND", 100)
    requests_at_once: int = _bound("GATEHOUSE_REQUESTS_AT_ONCE", 1000)

    @property
    def database_connections(self) -> int:
        """The connections that all workers of this server open at most."""
        return self.workers * (self.threads + _BEYOND_THREADS)

    @classmethod
    def variables(cls) -> list[str]:
        """Return the names of all variables, for the test that looks them up in the docs."""
        return [str(f.metadata["variable"]) for f in fields(cls)]
