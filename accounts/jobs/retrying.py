"""Trying a job again that has failed, because somebody says so."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.jobs import queueing, rows
from accounts.jobs.kinds import kinds
from accounts.models import Job
from accounts.trail import audit


class NotFailedError(AccountError):
    """The job waits, runs or is done, so there is nothing to try again."""


@transaction.atomic
def retry_job(*, job: Job) -> None:
    """Let a job that has failed wait for a worker again, with all its attempts.

    Raises:
        NotFailedError: It has not failed, or somebody else has just done the same.
    """
    if not rows.reopen(job):
        raise NotFailedError(_("It has not failed: it waits, runs or is done."))
    kind = kinds().get(job.kind)
    queueing.hand_over(job, lock=kind.lock_of(job.tenant_id) if kind else None)
    audit.record("job.retried", job)
