"""What limits a server: threads, queues, sizes and seconds, each an environment variable.

Nothing waits without a limit.  ``docs/operations.md`` documents each variable; a test compares
the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any, Final

from config.env import number

_MOST_WORKERS: Final = 8
_BEYOND_THREADS: Final = 2
"""Connections of a worker besides those of its threads: the request log's, and mail's."""


def _bound(variable: str, default: int) -> Any:
    return field(
        default_factory=lambda: number(variable, default, least=1), metadata={"variable": variable}
    )


def _workers() -> int:
    return min(max(os.cpu_count() or 1, 2), _MOST_WORKERS)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one deployment; each field's metadata names its variable.

    Those of threads, connections, bodies and queues are for each worker.
    """

    workers: int = _bound("GATEHOUSE_WORKERS", _workers())
    threads: int = _bound("GATEHOUSE_THREADS", 6)
    connections: int = _bound("GATEHOUSE_CONNECTIONS", 1024)
    header_seconds: int = _bound("GATEHOUSE_HEADER_SECONDS", 15)
    body_seconds: int = _bound("GATEHOUSE_BODY_SECONDS", 10)
    body_bytes: int = _bound("GATEHOUSE_BODY_BYTES", 5 * 1024 * 1024)
    held_bytes: int = _bound("GATEHOUSE_HELD_BYTES", 64 * 1024 * 1024)
    waiting: int = _bound("GATEHOUSE_WAITING", 512)
    waiting_of_one: int = _bound("GATEHOUSE_WAITING_OF_ONE", 64)
    waiting_seconds: int = _bound("GATEHOUSE_WAITING_SECONDS", 5)
    answer_seconds: int = _bound("GATEHOUSE_ANSWER_SECONDS", 30)
    long_answer_seconds: int = _bound("GATEHOUSE_LONG_ANSWER_SECONDS", 120)
    stuck_seconds: int = _bound("GATEHOUSE_STUCK_SECONDS", 180)
    stop_seconds: int = _bound("GATEHOUSE_STOP_SECONDS", 30)
    connect_seconds: int = _bound("GATEHOUSE_CONNECT_SECONDS", 5)
    statement_seconds: int = _bound("GATEHOUSE_STATEMENT_SECONDS", 15)
    lock_seconds: int = _bound("GATEHOUSE_LOCK_SECONDS", 5)
    idle_transaction_seconds: int = _bound("GATEHOUSE_IDLE_TRANSACTION_SECONDS", 60)
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
