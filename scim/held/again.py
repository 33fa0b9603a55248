"""Trying again to do what was decided about a held change, if its job was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.jobs.retrying import NotFailedError, retry_job
from accounts.models import Job
from scim.held.doing import do_held_change

if TYPE_CHECKING:
    from accounts.models import HeldChange


def has_failed(change: HeldChange) -> bool:
    """Tell whether what was decided is done by no job any more, and is not done."""
    job = _job_of(change)
    return job is not None and job.state == Job.State.FAILED


def try_again(*, change: HeldChange) -> None:
    """Let the job go on with whoever is left.

    Raises:
        NotFailedError: It waits, runs or is done, or nobody has decided yet.
    """
    job = _job_of(change)
    if job is None:
        raise NotFailedError(_("Nothing of it has failed."))
    retry_job(job=job)


def _job_of(change: HeldChange) -> Job | None:
    """Return the job that does what was decided, as long as that is under way."""
    if not change.is_under_way:
        return None
    jobs = Job.objects.filter(kind=do_held_change.name, arguments__change_id=change.pk)
    return jobs.order_by("-pk").first()
