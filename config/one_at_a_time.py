"""Work of which one runs at a time, on however many machines: PostgreSQL's advisory locks."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def one_at_a_time(name: str) -> Iterator[bool]:
    """Hold the lock called ``name`` inside the block; give whether it was free.

    It lives in a transaction on a connection of its own.  So it lasts whatever becomes of the
    connection that works, it works behind a pooler that lends connections for one transaction
    each, and it is gone with the process that held it.
    """
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            # However long the work takes, this transaction only waits.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
            is_ours = bool(cursor.fetchone()[0])
        yield is_ours
    finally:
        own.close()


def _number(name: str) -> int:
    """Return the lock's key: the first eight octets of the name's SHA-256, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
