"""How far the job of a review is: making its lines, carrying it out, or undoing that."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from access_reviews.models import AccessReview
from accounts.jobs.state import living_workers
from accounts.models import ActionResult, Job
from console.base.many_progress import Progress

LIVE: Final = frozenset(
    {AccessReview.State.MAKING, AccessReview.State.APPLYING, AccessReview.State.UNDOING}
)
"""States in which a job is at work."""


def job_of(review: AccessReview) -> Job | None:
    """Return the job that works at a review, while it does."""
    if review.state not in LIVE or review.job is None:
        return None
    return Job.objects.filter(pk=review.job).first()


def progress_of(review: AccessReview) -> Progress | None:
    """Return how far the job of a review is; nothing where no job is at work."""
    job = job_of(review)
    if review.state not in LIVE:
        return None
    state, note = _state(job)
    return Progress(
        state=state,
        done=(job.done if job else 0) or 0,
        total=(job.total if job else 0) or 0,
        counted=[],
        left="",
        note=note,
    )


def _state(job: Job | None) -> tuple[str, str]:
    if job is not None and job.state == Job.State.FAILED:
        return "failed", _("It failed several times, and was given up. What was done stays.")
    if not living_workers():
        return "waiting", _(
            "No worker is running, so this waits. It begins by itself as soon as one runs."
        )
    return ActionResult.State.GOING, ""
