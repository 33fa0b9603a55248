"""The request log: buffered in the process and written in sets, off the request's path.

A crash may lose the last second of it.  What a source *changed* is not kept here alone: the audit
trail is written in the transaction of the change.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import TYPE_CHECKING, Final

from django.db import Error, connection
from psycopg import Error as DriverError

from scim.log.request_log_rows import write_exchanges

if TYPE_CHECKING:
    from scim.http.exchanges import Exchange

LOG = logging.getLogger(__name__)

SECONDS_BETWEEN_SETS: Final = 1.0
LARGEST_SET: Final = 500
"""Entries after which a set is written before its second is over."""

MOST_KEPT: Final = 20_000
"""Entries kept while the database does not take them; further ones are lost and counted."""


class RequestLogBuffer:
    """Takes exchanges from the requests' threads and writes them from one of its own.

    The thread starts with the first exchange in each process, so that it survives no fork.
    Without ``seconds`` there is none, and only :meth:`flush` writes.
    """

    def __init__(self, *, seconds: float | None = SECONDS_BETWEEN_SETS) -> None:
        self._seconds = seconds
        self._waiting: list[Exchange] = []
        self._lost = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._process = 0

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange until the next set is written; costs no statement."""
        with self._lock:
            if len(self._waiting) >= MOST_KEPT:
                self._lost += 1
                return
            self._waiting.append(exchange)
            is_full = len(self._waiting) >= LARGEST_SET
        if self._seconds is not None:
            self._ensure_thread()
            if is_full:
                self._wake.set()

    def flush(self) -> int:
        """Write what waits, with a fixed number of statements; return how many entries."""
        with self._writing:
            with self._lock:
                exchanges, self._waiting = self._waiting, []
                lost, self._lost = self._lost, 0
            if lost:
                LOG.warning("%s entries of the SCIM request log were lost.", lost)
            if not exchanges:
                return 0
            try:
                write_exchanges(exchanges)
            except (Error, DriverError):
                with self._lock:
                    self._waiting = [*exchanges, *self._waiting][:MOST_KEPT]
                raise
            return len(exchanges)

    def finish(self) -> None:
        """Write what waits; one that fails is logged."""
        self._flush_or_report()
        connection.close()

    def _ensure_thread(self) -> None:
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._run, name="scim-request-log", daemon=True).start()
        atexit.register(self._flush_or_report)

    def _run(self) -> None:
        while True:
            self._wake.wait(self._seconds)
            self._wake.clear()
            self._flush_or_report()

    def _flush_or_report(self) -> None:
        try:
            self.flush()
        except (Error, DriverError):
            LOG.exception("The SCIM request log could not be written; it is tried again.")
            connection.close()


buffer = RequestLogBuffer()


def finish() -> None:
    """Write what waits, before the process ends."""
    buffer.finish()


def observe(exchange: Exchange) -> None:
    """Log one exchange; registered in :data:`scim.http.exchanges.observers`."""
    buffer.add(exchange)
