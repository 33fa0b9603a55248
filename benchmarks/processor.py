"""Processor time of a server and of its sessions at the database, as the kernel counts it.

A shared machine disturbs it less than the requests per second that come of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NANOSECONDS: Final = 1_000_000
_LOCAL: Final = ("/", "127.", "localhost", "::1")
_SESSIONS: Final = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""

Times = dict[int, float]
"""Milliseconds that each process has had, by its id."""


def times_of(processes: Iterable[int], database_url: str) -> Times:
    """Return the times of these processes, and of the sessions of a database on this machine."""
    return {process: _milliseconds(process) for process in (*processes, *sessions_of(database_url))}


def spent(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return the milliseconds that went by for the processes that were there all the time."""
    return sum(after[process] - before[process] for process in before.keys() & after.keys())


def sessions_of(database_url: str) -> list[int]:
    """Return the processes of the sessions at a database; none if it is not on this machine."""
    host = str(conninfo_to_dict(database_url).get("host", ""))
    if not host.startswith(_LOCAL):
        return []
    with psycopg.connect(database_url, autocommit=True) as connection:
        return [process for (process,) in connection.execute(_SESSIONS).fetchall()]


def _milliseconds(process: int) -> float:
    """Return what all threads of a process have had; nothing of one that has ended."""
    nanoseconds = 0
    for file in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            nanoseconds += int(file.read_text().split()[0])
        except OSError:
            continue
    return nanoseconds / _NANOSECONDS
