"""Ending, cancelling and undoing a review; each is done once, however often it is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_reviews.errors import NotUndoneError, ReviewNotRunningError
from access_reviews.models import AccessReview
from access_reviews.services.applying import State, apply_review, undo_review
from access_reviews.services.making import held
from accounts.trail import audit

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

UNDOABLE: Final = timedelta(days=30)
"""So long after it was carried out a review can be undone."""


@transaction.atomic
def end_review(*, review_id: UUID) -> AccessReview:
    """Take no further decision, and have a job carry the review out.

    Raises:
        ReviewNotRunningError: It does not run: it has ended already, or was cancelled.
    """
    review = held(review_id)
    if review is None or review.state != State.RUNNING:
        raise ReviewNotRunningError(_("This review does not run, so there is nothing to end."))
    review.state, review.ended = State.APPLYING, timezone.now()
    review.save(update_fields=["state", "ended"])
    audit.record("review.ended", review)
    job = apply_review.defer(review_id=str(review.pk))
    AccessReview.objects.filter(pk=review.pk).update(job=job.pk)
    return review


@transaction.atomic
def cancel_review(*, review_id: UUID) -> AccessReview:
    """Call a review off: nothing that anybody holds is changed.

    Raises:
        ReviewNotRunningError: It has ended, or was cancelled already.
    """
    review = held(review_id)
    if review is None or review.state not in {State.MAKING, State.RUNNING}:
        raise ReviewNotRunningError(_("This review does not run, so there is nothing to cancel."))
    review.state, review.ended = State.CANCELLED, timezone.now()
    review.save(update_fields=["state", "ended"])
    audit.record("review.cancelled", review)
    return review


@transaction.atomic
def begin_undoing(*, review_id: UUID, by: User) -> AccessReview:
    """Have a job give back what the review took, line by line.

    Raises:
        NotUndoneError: It was not carried out, or longer than 30 days ago, or is undone already.
    """
    review = held(review_id)
    if review is None or not is_undoable(review):
        raise NotUndoneError(
            _("Only what was carried out within the last 30 days, and was not undone, is undone.")
        )
    review.state = State.UNDOING
    review.save(update_fields=["state"])
    audit.record("review.undo_begun", review)
    job = undo_review.defer(review_id=str(review.pk), by_id=str(by.pk))
    AccessReview.objects.filter(pk=review.pk).update(job=job.pk)
    return review


def is_undoable(review: AccessReview) -> bool:
    """Tell whether what a review took can be given back."""
    if review.state != State.APPLIED or review.applied is None:
        return False
    return review.applied > timezone.now() - UNDOABLE
