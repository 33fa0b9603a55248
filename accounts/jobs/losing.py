"""Jobs that no worker would ever take: their rows wait, and their entries in the queue are gone."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction

from accounts.jobs import queueing, rows
from accounts.jobs.kinds import kinds

LOG = logging.getLogger(__name__)

LOST_AFTER: Final = timedelta(minutes=5)
"""So long after it was due, a job without an entry is looked for."""


@transaction.atomic
def queue_lost_jobs() -> int:
    """Queue anew the jobs that have not ended and have no entry in the queue; return how many.

    Somebody emptied the queue's tables, or restored only ours.  A kind that is due by the clock
    would not be queued again either, as one of it waits already.  Who has begun such a job, and is
    not dead, ends it all the same: of two that do a job, one writes its end.
    """
    lost = rows.take_lost(due_before=LOST_AFTER)
    for job in lost:
        kind = kinds().get(job.kind)
        queueing.hand_over(job, lock=kind.lock_of(job.tenant_id) if kind else None)
        LOG.warning("The job %s (%s) was not in the queue; it is again.", job.kind, job.pk)
    return len(lost)
