"""A worker: the process that does jobs, finds those that dead workers left, and knows the time."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from procrastinate import BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.contrib.django import DjangoApp, connector_params
from procrastinate.exceptions import ConnectorException
from typing_extensions import override

from accounts.identifiers import uuid_of
from accounts.jobs.errors import GivenUpError, PutBackError
from accounts.jobs.kinds import UPKEEP, kinds
from accounts.jobs.losing import queue_lost_jobs
from accounts.jobs.places import PlacedJobs, Places
from accounts.jobs.pulse import pulse_of_worker
from accounts.jobs.queueing import RUN_JOB
from accounts.jobs.rows import waiting
from accounts.jobs.running import run_job, scope_of_job

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator

    from procrastinate.app import WorkerOptions
    from procrastinate.job_context import JobContext
    from procrastinate.jobs import Job as QueuedJob
    from procrastinate.worker import Worker

LOG = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 10
DEAD_AFTER_SECONDS: Final = 30
"""Without a heartbeat for so long, a worker is dead, and its jobs are another's."""

_AFTER_AN_OUTAGE: Final = 10
_HOURS_KEPT: Final = 72
"""How long Procrastinate keeps what has failed; the row of ours outlives that."""
_LATEST: Final = timedelta(days=1)
"""What was due by itself while no worker ran is made up for within this time."""


class _AsTheRowSays(BaseRetryStrategy):
    """Procrastinate tries again when the job's row says so, or could not be written."""

    @override
    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        if isinstance(exception, GivenUpError):
            return None
        seconds = exception.seconds if isinstance(exception, PutBackError) else _AFTER_AN_OUTAGE
        return RetryDecision(retry_in={"seconds": seconds})


def work(*, queues: Collection[str], at_once: int, waits: bool = True) -> None:
    """Do jobs of these queues until SIGTERM or Ctrl-C; what has begun is done first.

    Args:
        queues: All of them when there is none.
        at_once: How many jobs at a time, each in a thread with its own connection; what asks
            servers of others leaves one of these places (:mod:`accounts.jobs.places`).
        waits: Whether to wait for more when there is nothing left to do.
    """
    asyncio.run(_work(queues, at_once, waits=waits))


async def _work(queues: Collection[str], at_once: int, *, waits: bool) -> None:
    app = make_app()
    places = Places(at_once)
    app.job_manager = PlacedJobs(app.connector, places)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(places.threads))
    options: WorkerOptions = {
        "concurrency": places.threads,  # Whether there is a place for a job, they say.
        "install_signal_handlers": False,
        "wait": waits,
        # Notifications do not pass a pooler that lends connections for a transaction.
        "listen_notify": not settings.TRANSACTION_POOLING,
        "delete_jobs": "successful",  # The row of ours remains.
        "update_heartbeat_interval": HEARTBEAT_SECONDS,
        "stalled_worker_timeout": DEAD_AFTER_SECONDS,
        "worker_middleware": [places.doing, in_scope_of_the_job],
    }
    if queues:
        options["queues"] = [UPKEEP, *queues]
    async with app.open_async():
        await sweep(app)
        worker = asyncio.ensure_future(app.run_worker_async(**options))
        with _stopped_by_signals(places, worker):
            if not waits:
                await worker
                return
            async with pulse_of_worker(queues):
                await worker


@contextmanager
def _stopped_by_signals(places: Places, worker: asyncio.Future[None]) -> Iterator[None]:
    """Let the first signal have the worker finish what it has begun; the next one ends it."""
    loop = asyncio.get_running_loop()
    is_main = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGINT, signal.SIGTERM) if is_main else ()

    def leave_signals() -> None:
        for each in signals:
            loop.remove_signal_handler(each)

    def stop() -> None:
        leave_signals()
        places.stop()
        worker.cancel()

    for each in signals:
        loop.add_signal_handler(each, stop)
    try:
        with suppress(asyncio.CancelledError):
            yield
    finally:
        leave_signals()


async def in_scope_of_the_job(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
) -> Any:
    """Open the scope of the tenant whose job it is; the thread of the work inherits it."""
    tenant_id = context.job.task_kwargs.get("tenant_id")
    assert tenant_id is None or isinstance(tenant_id, int)  # noqa: S101 - as hand_over wrote it
    with scope_of_job(tenant_id):
        return await call_next()


def make_app() -> DjangoApp:
    """Return Procrastinate's application for one worker process, with its tasks."""
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    app = DjangoApp(connector=connector, periodic_defaults={"max_delay": _LATEST.total_seconds()})

    @app.task(name=RUN_JOB, retry=_AsTheRowSays())
    def _run_job(*, job_id: str, tenant_id: int | None) -> None:
        run_job(uuid_of(job_id))

    @app.periodic(cron="* * * * *")
    @app.task(name="gatehouse.sweep", queue=UPKEEP, queueing_lock="gatehouse.sweep")
    async def _sweep(timestamp: int) -> None:
        await sweep(app)

    @app.periodic(cron="50 * * * *")
    @app.task(name="gatehouse.forget", queue=UPKEEP, queueing_lock="gatehouse.forget")
    async def _forget(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(
            nb_hours=_HOURS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
        )

    @app.task(name="gatehouse.queue_due", queue=UPKEEP, retry=_AsTheRowSays())
    def _queue_due(timestamp: int, kind: str) -> None:
        queue_due(kind, since=datetime.fromtimestamp(timestamp, UTC))

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="gatehouse.find_lost", queue=UPKEEP, queueing_lock="gatehouse.find_lost")
    def _find_lost(timestamp: int) -> None:
        queue_lost_jobs()

    for kind in kinds().values():
        if kind.cron:
            app.periodic(
                cron=kind.cron,
                periodic_id=kind.name,
                queueing_lock=f"due {kind.name}",
                task_kwargs={"kind": kind.name},
            )(_queue_due)
    return app


def queue_due(name: str, *, since: datetime) -> None:
    """Queue a job of a kind that is due by itself, unless one waits already.

    Raises:
        PutBackError: This version does not know the kind; another one queued this.
    """
    kind = kinds().get(name)
    if kind is not None:
        if not waiting(kind=name, at_most=1):
            kind.defer()
    elif datetime.now(UTC) - since < _LATEST:
        raise PutBackError(f"This worker knows no job “{name}”.", seconds=_AFTER_AN_OUTAGE)


async def sweep(app: DjangoApp) -> int:
    """Put back the jobs of workers that are dead; return how many.

    A queueing lock keeps sweeps from piling up.  A lock would not do: the sweep of a worker that
    died would hold it, and nothing would sweep that one.
    """
    manager = app.job_manager
    await manager.prune_stalled_workers(DEAD_AFTER_SECONDS)
    swept = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        try:
            await manager.retry_job(job)
        except ConnectorException as error:  # Another sweep was quicker.
            LOG.info("The job %s was not put back: %s", job.id, error)
        else:
            swept += 1
            LOG.warning("A worker died at the job %s; another does it.", job.task_kwargs)
    return swept
