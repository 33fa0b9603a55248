"""Whether the database takes as many connections as the server may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import Error, connection

if TYPE_CHECKING:
    from config.bounds import Bounds

_ROOM = """
SELECT current_setting('max_connections')::int
     - current_setting('superuser_reserved_connections')::int,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
       (SELECT datconnlimit FROM pg_database WHERE datname = current_database())
"""


def connections_said(bounds: Bounds) -> str:
    """Return in a sentence how many connections the server opens, and whether there is room."""
    needed = bounds.database_connections
    what = (
        f"{bounds.workers} workers of {bounds.threads} threads open up to {needed} connections "
        "to the database"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROOM)
            limits = [number for number in cursor.fetchone() if number >= 0]
    except Error as error:
        return f"{what}, which does not answer now: {str(error).strip()}"
    finally:
        connection.close()
    room = min(limits)
    if needed > room:
        return (
            f"{what}, which takes {room}: requests will be refused. Lower GATEHOUSE_WORKERS or "
            "GATEHOUSE_THREADS, or raise max_connections."
        )
    return f"{what}, which takes {room} of all servers and commands together."
