"""Work for after the answer: neither the answer nor its time says what came of it."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from django.db import connections

from accounts.requests.request_id import current, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[], object]

LOG = logging.getLogger(__name__)

MOST_WAITING: Final = 200
_room = BoundedSemaphore(MOST_WAITING)
# Its thread starts with the first work, so in the process that serves; it ends what waits.
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="afterwards")


def in_another_thread(work: Work) -> None:
    """Have ``work`` done soon, after what waits already; one that fails is logged.

    When 200 wait, it is not done at all; that is logged, too.
    """
    if _room.acquire(blocking=False):
        _executor.submit(_do, work, current())
    else:
        LOG.error("Too much waits to be done afterwards; %s is left out.", work)


begin: Callable[[Work], None] = in_another_thread
"""How work begins; tests let it begin, and end, at once."""


def do_afterwards(work: Work) -> None:
    """Have ``work`` done when this request need not wait for it; see :func:`in_another_thread`."""
    begin(work)


def finish() -> None:
    """Do what waits, before the process ends; nothing more is taken."""
    _executor.shutdown()


def _do(work: Work, request_id: str) -> None:
    try:
        with serving(request_id):
            _do_or_log(work)
    finally:
        # This thread may not be needed again for hours.
        connections.close_all()
        _room.release()


def _do_or_log(work: Work) -> None:
    try:
        work()
    except Exception:
        LOG.exception("What was to be done afterwards failed.")
