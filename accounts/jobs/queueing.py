"""Putting a job into the queue, in the transaction that wants it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from accounts.jobs import rows
from accounts.models import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.jobs.kinds import Kind

RUN_JOB: Final = "gatehouse.run_job"
"""The one task of Procrastinate that does jobs, so that no worker of any version lacks it."""

_FIRST_TURN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Procrastinate's priorities are whole numbers of 32 bits; in seconds they last for 68 years."""


@transaction.atomic
def queue_job(
    *,
    kind: Kind[Any],
    arguments: Mapping[str, Any],
    sealed: Mapping[str, Any],
) -> Job:
    """Write a job of the active tenant, or of none, and let workers know of it.

    Raises:
        DatabaseError: As every write does.
    """
    job = rows.add(kind=kind.name, queue=kind.queue, arguments=arguments, sealed=sealed)
    hand_over(job, lock=kind.lock_of(job.tenant_id))
    return job


@transaction.atomic
def queue_at_once(*, kind: Kind[[]]) -> Job:
    """Have done now what is due by itself; return the job that has not ended, or a new one.

    One that waits, such as for another attempt, is due now.  It has one more entry in the queue
    then; whichever comes second finds that it has ended.
    """
    job = rows.unfinished(kind=kind.name)
    if job is None:
        return kind.defer()
    if job.state == Job.State.WAITING:
        rows.make_due(job)
        hand_over(job, lock=kind.lock_of(job.tenant_id))
    return job


def hand_over(job: Job, *, lock: str | None) -> None:
    """Give the job to Procrastinate, in the transaction that is open."""
    priority = -int((job.turn - _FIRST_TURN).total_seconds())
    task = app.configure_task(RUN_JOB, queue=job.queue, lock=lock, priority=priority)
    with connection.wrap_database_errors:
        try:
            task.defer(job_id=str(job.pk), tenant_id=job.tenant_id)
        except ConnectorException as error:
            # An outage is one, whoever meets it: known by Django's class, not by Procrastinate's.
            raise (error.__cause__ or error) from error
