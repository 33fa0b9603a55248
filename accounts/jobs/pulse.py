"""The pulse of a worker: what looks for work that no request queues.

Layers above add a function to :data:`beats` when they start.  Each worker calls them all, again
and again, in one thread with a connection of its own; they must be cheap, and harmless when
several workers call them at once.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

LOG = logging.getLogger(__name__)

SECONDS_BETWEEN: Final = 0.5
_AFTER_A_FAILURE: Final = 10.0


class Beat(NamedTuple):
    """What is called, and the queue that the jobs go to which it queues."""

    queue: str
    look: Callable[[], None]


beats: Final[list[Beat]] = []


@asynccontextmanager
async def pulse_of_worker(queues: Collection[str]) -> AsyncIterator[None]:
    """Have a pulse until the block ends, for a worker that takes from these queues, or all."""
    ours = [beat for beat in beats if not queues or beat.queue in queues]
    if not ours:
        yield
        return
    with ThreadPoolExecutor(1, thread_name_prefix="pulse") as thread:
        beating = asyncio.create_task(_beat(ours, thread))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            thread.submit(connections.close_all)


async def _beat(ours: Collection[Beat], thread: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    while True:
        is_well = await loop.run_in_executor(thread, _look, ours)
        await asyncio.sleep(SECONDS_BETWEEN if is_well else _AFTER_A_FAILURE)


def _look(ours: Collection[Beat]) -> bool:
    """Call each; return whether none failed."""
    try:
        for beat in ours:
            beat.look()
    except Exception:  # The database may be away; the worker goes on, and so does its pulse.
        LOG.exception("The pulse of the worker missed a beat.")
        connections.close_all()
        return False
    return True
