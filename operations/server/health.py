"""``/health/live`` and ``/health/ready``: whether a worker runs, and whether it can serve.

Both are answered by the front itself: without a thread of the application, for any host, over
plain HTTP, with nothing that is a secret, and without a line in the log for each.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import orjson
import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.jobs.state import ALIVE
from operations.server.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOG = logging.getLogger(__name__)

LIVE: Final = "/health/live"
READY: Final = "/health/ready"

_SECONDS_KEPT: Final = 1.0
_SECONDS_WAITED: Final = 2.0
_SECONDS_UNTIL_GIVEN_UP: Final = 10.0
_METHODS: Final = ("GET", "HEAD")
_MIGRATIONS: Final = "SELECT app, name FROM django_migrations"
_WORKER: Final = (
    "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - %s::interval)"
)
_NOT_OF_CONNECTING: Final = ("cursor_factory", "context", "server_side_binding", "isolation_level")
_HEADERS: Final = (
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
)


class Seen(NamedTuple):
    """What a look at the database finds.

    Attributes:
        migrations: By application and name.
        has_worker: Whether a process that does jobs was heard of within a minute.
    """

    migrations: frozenset[tuple[str, str]]
    has_worker: bool


class Database(Protocol):
    """The database, as far as readiness asks about it."""

    async def __call__(self) -> Seen:
        """Look at it."""


class Health:
    """Says how a worker is; ``is_able`` tells whether none of its threads is stuck.

    What is found is kept for a second, and one look at the database is taken at a time: however
    many ask, and whatever becomes of the database, it costs one connection at most.
    """

    def __init__(
        self,
        *,
        is_able: Callable[[], bool],
        database: Database,
        needed: frozenset[tuple[str, str]],
        data_dir: Path,
        least_free_bytes: int,
    ) -> None:
        self._is_able = is_able
        self._database = database
        self._needed = needed
        self._data_dir = data_dir
        self._least_free_bytes = least_free_bytes
        self._looking: asyncio.Task[list[str]] | None = None
        self._is_late = False
        self._found: list[str] = []
        self._looked = -_SECONDS_KEPT
        self._said: list[str] = []
        self._has_worker = True

    async def answer(self, environ: Mapping[str, Any]) -> Answer | None:
        """Return the answer when it is health that is asked for, else ``None``."""
        path = environ["PATH_INFO"]
        if path not in {LIVE, READY}:
            return None
        if environ["REQUEST_METHOD"] not in _METHODS:
            allowed = ("allow", ", ".join(_METHODS))
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, [*_HEADERS, allowed], b"").closing()
        missing = await self._missing() if path == READY else []
        if missing:
            refused = {"status": "not ready", "missing": missing}
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, list(_HEADERS), orjson.dumps(refused))
        said: dict[str, Any] = {"status": "ready" if path == READY else "live"}
        if path == READY and not self._has_worker:
            said["missing"] = ["worker"]  # Requests are served; what they leave for later waits.
        return Answer(HTTPStatus.OK, list(_HEADERS), orjson.dumps(said))

    async def _missing(self) -> list[str]:
        missing = [] if self._is_able() else ["threads"]
        missing += await self._seen()
        if missing != self._said:
            LOG.warning("Ready again." if not missing else f"Not ready: {', '.join(missing)}.")
            self._said = missing
        return missing

    async def _seen(self) -> list[str]:
        """Return what the last look found, or that it takes too long."""
        if self._looking is None and time.monotonic() - self._looked < _SECONDS_KEPT:
            return self._found
        looking = self._looking
        if looking is None:
            looking = self._looking = asyncio.create_task(self._look())
            looking.add_done_callback(self._keep)
        if not self._is_late:
            await asyncio.wait({looking}, timeout=_SECONDS_WAITED)
        if looking.done():
            return looking.result()
        self._is_late = True  # Who asks from now on need not wait to hear the same.
        return ["database"]

    def _keep(self, looking: asyncio.Task[list[str]]) -> None:
        self._looking = None
        self._is_late = False
        self._looked = time.monotonic()
        self._found = looking.result()

    async def _look(self) -> list[str]:
        missing = []
        try:
            async with asyncio.timeout(_SECONDS_UNTIL_GIVEN_UP):
                seen = await self._database()
        except psycopg.errors.UndefinedTable:
            missing.append("migrations")
        except (psycopg.Error, OSError, TimeoutError):
            missing.append("database")
        else:
            self._has_worker = seen.has_worker
            if seen.migrations != self._needed:
                missing.append("migrations")
        with suppress(OSError):  # A folder that nothing needed so far is missing without harm.
            if shutil.disk_usage(self._data_dir).free < self._least_free_bytes:
                missing.append("space")
        return missing


async def look_at_database() -> Seen:
    """Look at the database over a new connection; of migrations, at those of our applications."""
    params = connection.get_connection_params()
    for name in _NOT_OF_CONNECTING:
        params.pop(name, None)
    async with await psycopg.AsyncConnection.connect(**params, autocommit=True) as opened:
        cursor = await opened.execute(_MIGRATIONS)
        applied = frozenset((str(app), str(name)) for app, name in await cursor.fetchall())
        cursor = await opened.execute(_WORKER, [ALIVE])
        has_worker = await cursor.fetchone() == (True,)
    apps = {app for app, _name in needed_migrations()}
    return Seen(frozenset(each for each in applied if each[0] in apps), has_worker)


@cache
def needed_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that this version comes with; the database is not asked."""
    return frozenset(MigrationLoader(None).disk_migrations)


def health_of(is_able: Callable[[], bool]) -> Health:
    """Return what says how this worker is."""
    return Health(
        is_able=is_able,
        database=look_at_database,
        needed=needed_migrations(),
        data_dir=settings.DATA_DIR,
        least_free_bytes=settings.BOUNDS.least_free_bytes,
    )
