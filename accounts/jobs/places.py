"""The places of a worker: how many jobs it does at a time, and which of them may take the last one.

A kind says how many places it leaves to those that leave fewer (``leaves``).  What asks servers of
others may wait for them until a limit of time; as it leaves a place, mails and imports go on
meanwhile.  The last place is nobody's alone: a worker with one place does everything in it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _
from procrastinate.manager import JobManager
from typing_extensions import override

from accounts.jobs.errors import PutBackError
from accounts.jobs.kinds import QUEUES, UPKEEP, kinds
from accounts.jobs.queueing import RUN_JOB

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator

    from procrastinate import BaseConnector
    from procrastinate.job_context import JobContext
    from procrastinate.jobs import Job as QueuedJob
    from procrastinate.worker import Worker

ASIDE: Final = 2
"""So many jobs that gave way wait for a place at most, each with its thread and its connection."""

_MOMENT: Final = 0.1
"""Seconds in which whoever waits in the queue may take the place of a job that gives way."""
_LOOK_AGAIN: Final = 0.25
"""Seconds until the queue is looked at again while some of it may not be taken from."""
_UNTIL_A_PLACE: Final = 2
"""Seconds until a job has another try of whose tenant enough are done here."""


class Places:
    """Who has the places of one worker; for the event loop, where nothing else is said."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._leaves = {kind.queue: kind.leaves for kind in kinds().values()}
        self._taken: Counter[int] = Counter()
        self._changed = asyncio.Condition()
        self._is_stopping = False
        self._is_waiting = False
        self._queue_first: set[int] = set()
        """Where a job has come back last: what waits in the queue has the next place."""
        self._lock = Lock()
        self._reaching_out: Counter[int | None] = Counter()

    @property
    def threads(self) -> int:
        """How many jobs there may be, those that gave way included."""
        return self._at_once + ASIDE

    def stop(self) -> None:
        """Give out no place any more."""
        self._is_stopping = True

    async def next_job(
        self,
        fetch: Callable[[Iterable[str] | None], Awaitable[QueuedJob | None]],
        queues: Iterable[str] | None,
    ) -> QueuedJob | None:
        """Return the next job of the queues for which there is a place, and give it the place.

        While some of the queues may not be taken from this waits, until one has a job; then it
        does what it was called for.
        """
        wanted = list(queues or (UPKEEP, *QUEUES))
        async with self._changed:
            while not self._is_stopping:
                free = [each for each in wanted if self._has_room(each)]
                is_all = free == wanted
                job = await fetch(queues if is_all else free) if free else None
                self._queue_first -= {self._left_by(each) for each in free}
                self._changed.notify_all()
                if job is not None and job.task_name == RUN_JOB:
                    self._taken[self._left_by(job.queue)] += 1
                if job is not None or is_all:
                    return job
                await self._wait()
        return None

    async def doing(
        self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
    ) -> Any:
        """Free the place of a job when it ends; let the job know that it has one (middleware)."""
        if context.job.task_name != RUN_JOB:
            return await call_next()
        queue = context.job.queue
        _place.set(_Place(self, queue, asyncio.get_running_loop()))
        try:
            return await call_next()
        finally:
            async with self._changed:
                self._free(queue)

    async def give_way(self, queue: str) -> None:
        """Let who waits for a place of this queue have one; come back when there is one again."""
        if not (self._is_stopping or self._has_room(queue)):  # Else nobody waits for this one.
            await self.step_aside(queue, seconds=_MOMENT)

    async def step_aside(self, queue: str, *, seconds: float) -> None:
        """Be without a place for so long, and until there is one again."""
        async with self._changed:
            self._free(queue)
        await asyncio.sleep(seconds)
        async with self._changed:
            await self._changed.wait_for(lambda: self._may_come_back(queue))
            self._taken[self._left_by(queue)] += 1
            self._queue_first.add(self._left_by(queue))

    @contextmanager
    def for_tenant(self, tenant_id: int | None) -> Iterator[None]:
        """Count a job that reaches out, in its thread, while the block lasts.

        Raises:
            PutBackError: As many of the tenant are under way as may be.  One place of those that
                reach out is left to other tenants.
        """
        with self._lock:
            if self._reaching_out[tenant_id] >= max(1, self._limit(1) - 1):
                raise PutBackError(_("It waits for others of the company."), seconds=_UNTIL_A_PLACE)
            self._reaching_out[tenant_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._reaching_out[tenant_id] -= 1

    def _limit(self, leaves: int) -> int:
        """Return how many places all those may have together that leave so many, or more."""
        return max(1, self._at_once - leaves)

    def _left_by(self, queue: str) -> int:
        return self._leaves.get(queue, 0)

    def _has_room(self, queue: str) -> bool:
        return all(
            sum(count for level, count in self._taken.items() if level >= leaves)
            < self._limit(leaves)
            for leaves in range(self._left_by(queue) + 1)
        )

    def _may_come_back(self, queue: str) -> bool:
        waits_for_queue = self._is_waiting and self._left_by(queue) in self._queue_first
        return self._has_room(queue) and not waits_for_queue

    def _free(self, queue: str) -> None:
        self._taken[self._left_by(queue)] -= 1
        self._changed.notify_all()

    async def _wait(self) -> None:
        self._is_waiting = True
        try:
            async with asyncio.timeout(_LOOK_AGAIN):
                await self._changed.wait()
        except TimeoutError:
            return
        finally:
            self._is_waiting = False


class PlacedJobs(JobManager):
    """Procrastinate's way to the queue: a worker takes what it has a place for."""

    def __init__(self, connector: BaseConnector, places: Places) -> None:
        super().__init__(connector)
        self._places = places

    @override
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> QueuedJob | None:
        """Take the next job that has a place."""
        fetch = partial(super().fetch_job, worker_id=worker_id)
        return await self._places.next_job(fetch, queues)


class _Place(NamedTuple):
    """The place of the job that runs here."""

    places: Places
    queue: str
    loop: asyncio.AbstractEventLoop

    def until(self, is_back: Coroutine[Any, Any, None]) -> None:
        """Wait in the thread of the job until it has a place again."""
        asyncio.run_coroutine_threadsafe(is_back, self.loop).result()


_place: ContextVar[_Place | None] = ContextVar("place", default=None)
_reaches_out: ContextVar[bool] = ContextVar("reaches_out", default=False)


def give_way() -> None:
    """Let who waits for the place of this job have it for a time; between two transactions.

    Where nobody waits, or no worker does it, this returns at once.
    """
    place = _place.get()
    if place is not None:
        place.until(place.places.give_way(place.queue))


def wait_aside(seconds: float) -> None:
    """Wait so long, and have no place meanwhile; between two transactions."""
    place = _place.get()
    if place is None:
        time.sleep(seconds)
    else:
        place.until(place.places.step_aside(place.queue, seconds=seconds))


@contextmanager
def reaching_out(tenant_id: int | None) -> Iterator[None]:
    """Let a job ask servers of others; at a worker it is counted among those of its tenant.

    Raises:
        PutBackError: As many of the tenant are under way as may be.
    """
    place = _place.get()
    token = _reaches_out.set(True)
    try:
        with place.places.for_tenant(tenant_id) if place else nullcontext():
            yield
    finally:
        _reaches_out.reset(token)


def is_reaching_out() -> bool:
    """Tell whether this is a job of a kind that reaches out."""
    return _reaches_out.get()
