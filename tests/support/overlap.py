"""Two transactions of which the second begins when the first has done its work, uncommitted."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import connection, transaction

from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant

_PATIENCE = 30.0
# Not pg_stat_activity: a transaction goes on seeing there who was there when it first looked.
_WAITING = """
SELECT EXISTS (
  SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
)
"""


def overlap(
    tenant: Tenant,
    first: Callable[[], object],
    second: Callable[[], object],
    *,
    then: Callable[[], object] = lambda: None,
) -> list[Exception | None]:
    """Run both, each on a connection of its own, and return what each raised.

    When ``second`` waits for ``first``, or has ended without having to, ``then`` is done in the
    transaction of ``first``, and that is committed.
    """
    is_made, is_over = threading.Event(), threading.Event()

    def make() -> None:
        try:
            with transaction.atomic():
                first()
                is_made.set()
                wait_for(is_over)
                then()
        finally:
            is_made.set()

    def come_in_between() -> None:
        try:
            is_made.wait(_PATIENCE)
            second()
        finally:
            is_over.set()

    def run(task: Callable[[], None]) -> Exception | None:
        try:
            with tenant_scope(tenant):
                task()
        except Exception as error:  # noqa: BLE001 - the caller says which may come
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [make, come_in_between]))


def wait_for(is_over: threading.Event) -> None:
    """Return when the event has come, or somebody waits for this connection's transaction."""
    deadline = time.monotonic() + _PATIENCE
    with connection.cursor() as cursor:
        while not is_over.wait(0.01):
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            if time.monotonic() > deadline:
                raise AssertionError("The second one neither ended nor waited.")
