"""Whether the database takes as many connections as the server may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import Error, connection

from accounts.storage.server_facts import read_server_facts

if TYPE_CHECKING:
    from operations.bounds import Bounds


def connections_said(bounds: Bounds) -> str:
    """Return in a sentence how many connections the server opens, and whether there is room."""
    needed = bounds.database_connections
    what = (
        f"{bounds.workers} workers of {bounds.threads} threads open up to {needed} connections "
        "to the database"
    )
    try:
        room = read_server_facts().connections
    except Error as error:
        return f"{what}, which does not answer now: {str(error).strip()}"
    finally:
        connection.close()
    if needed > room:
        return (
            f"{what}, which takes {room}: requests will be refused. Lower GATEHOUSE_WORKERS or "
            "GATEHOUSE_THREADS, or raise max_connections."
        )
    return f"{what}, which takes {room} of all servers and commands together."
