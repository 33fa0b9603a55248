"""How the job engine is: whether a worker runs, and whether work waits that should be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from accounts.jobs.rows import every_job
from accounts.models import Job

ALIVE: Final = timedelta(seconds=60)
"""A worker that was not heard of for longer is not counted."""
OVERDUE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class EngineState:
    """How many workers run, and how many jobs are overdue (five minutes and more) or failed."""

    workers: int
    overdue: int
    failed: int


def engine_state() -> EngineState:
    """Return how the engine is at this moment, over all tenants."""
    now = timezone.now()
    is_late = Q(state=Job.State.WAITING, due__lt=now - OVERDUE)
    has_failed = Q(state=Job.State.FAILED)
    with every_job() as jobs:
        counted = jobs.filter(is_late | has_failed).aggregate(
            overdue=Count("pk", filter=is_late), failed=Count("pk", filter=has_failed)
        )
    return EngineState(workers=living_workers(), **counted)


def living_workers() -> int:
    """Return how many workers were heard of lately, whatever queues they take from."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=timezone.now() - ALIVE).count()
