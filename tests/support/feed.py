"""Waiting for what tests of the other workers hold back: all are on one database server.

The feed of changes hands out nothing above the oldest transaction that runs on the server, in
whatever database.
"""

import time

from django.db import connection

PATIENCE = 600.0
"""Seconds: as long as the longest test takes that is one transaction."""
_IS_HANDED_OUT = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8"


_ARE_OVER = """
SELECT NOT EXISTS (
  SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS running WHERE running < %s::xid8
)
"""


def older_transactions_ended() -> None:
    """Return when every transaction has ended that began before that of the test."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (number,) = cursor.fetchone()
        while True:
            cursor.execute(_ARE_OVER, [number])
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline, "A transaction on this server does not end."
            time.sleep(0.02)


def feed_caught_up() -> None:
    """Return when everything that was committed before the call is handed out."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (number,) = cursor.fetchone()
        while True:
            cursor.execute(_IS_HANDED_OUT, [number])
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline, "A transaction on this server does not end."
            time.sleep(0.02)
