"""Carrying a review out, and undoing that: a job each, one transaction a line.

What is done about a line and what its row says of it are written together, so that a worker that
dies in the middle does nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.figures import to_revoke
from access_reviews.services.giving_back import give_back
from access_reviews.services.making import held
from access_reviews.services.taking import take_from
from access_reviews.services.telling import tell_starter
from access_reviews.services.things import thing_of
from accounts.errors import AccountError
from accounts.identifiers import uuid_of
from accounts.jobs.kinds import BULK, MINUTE, at_least_once
from accounts.progress import report_progress
from accounts.trail import audit
from licenses.errors import LicenseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

State = AccessReview.State
_Outcome = ReviewLine.Outcome
_Restored = ReviewLine.Restored
_ENDED: Final = frozenset({State.APPLYING, State.APPLIED})
_REFUSALS: Final = (AccountError, LicenseError)


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def apply_review(*, review_id: str) -> dict[str, Any]:
    """Revoke what is left to revoke of a review that has ended, and say so of each line."""
    review = AccessReview.objects.filter(pk=uuid_of(review_id)).first()
    if review is None or review.state != State.APPLYING:
        return {}
    lines = ReviewLine.objects.filter(to_revoke(review), review=review)
    _line_by_line(lines, {"outcome": ""}, _revoke)
    _end_applying(review.pk)
    return {"lines": lines.count()}


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def apply_to_who_is_back(*, line_id: int) -> dict[str, Any]:
    """Revoke what a review that has ended decided about somebody who was not here then."""
    with transaction.atomic():
        return {"revoked": int(_is_revoked_later(line_id))}


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def undo_review(*, review_id: str, by_id: str) -> dict[str, Any]:
    """Give back what is left to give back of a review that is being undone."""
    review = AccessReview.objects.filter(pk=uuid_of(review_id)).first()
    if review is None or review.state != State.UNDOING:
        return {}
    lines = ReviewLine.objects.filter(review=review, outcome=_Outcome.REVOKED)
    _line_by_line(lines, {"restored": ""}, lambda line: _restore(line, uuid_of(by_id)))
    _end_undoing(review.pk)
    return {"lines": lines.count()}


def _line_by_line(
    lines: QuerySet[ReviewLine], left: dict[str, str], do: Callable[[ReviewLine], None]
) -> None:
    """Do something about each line of which ``left`` holds, each in a transaction."""
    total = lines.count()
    keys = list(lines.filter(**left).order_by("pk").values_list("pk", flat=True))
    for number, key in enumerate(keys, start=total - len(keys) + 1):
        with transaction.atomic():
            held_lines = ReviewLine.objects.select_for_update(of=("self",))
            line = held_lines.select_related("review", "thing").filter(pk=key, **left).first()
            if line is not None:  # Otherwise an attempt that was given up has just done it.
                do(line)
            report_progress(done=number, total=total)


def _is_revoked_later(key: int) -> bool:
    held_lines = ReviewLine.objects.select_for_update(of=("self",))
    line = held_lines.select_related("review", "thing").filter(pk=key).first()
    if line is None or line.outcome == _Outcome.REVOKED or line.review.state not in _ENDED:
        return False
    if not ReviewLine.objects.filter(to_revoke(line.review), pk=key).exists():
        return False
    _revoke(line)
    if line.outcome != _Outcome.REVOKED:
        return False
    audit.record("review.carried_out_later", line.review, revoked=1)
    return True


def _revoke(line: ReviewLine) -> None:
    reason = _("Access review “%(review)s”") % {"review": line.review.name}
    try:
        taken = take_from(line=line, thing=thing_of(line.thing), reason=reason)
    except _REFUSALS as refusal:
        line.outcome, line.outcome_reason = _Outcome.LEFT, str(refusal)
    else:
        line.outcome, line.outcome_reason = _Outcome.REVOKED, ""
        line.removed = taken.removed
        line.may_come_back = taken.may_come_back
    line.save(update_fields=["outcome", "outcome_reason", "removed", "may_come_back"])


def _restore(line: ReviewLine, by: UUID) -> None:
    reason = _("The access review “%(review)s” was undone") % {"review": line.review.name}
    try:
        give_back(line=line, thing=thing_of(line.thing), reason=reason, by_id=by)
    except _REFUSALS as refusal:
        line.restored, line.restored_reason = _Restored.NOT, str(refusal)
    else:
        line.restored = _Restored.GIVEN
    line.save(update_fields=["restored", "restored_reason"])


@transaction.atomic
def _end_applying(review_id: UUID) -> None:
    review = held(review_id)
    if review is None or review.state != State.APPLYING:
        return
    review.state, review.applied = State.APPLIED, timezone.now()
    review.save(update_fields=["state", "applied"])
    rows = ReviewLine.objects.filter(review=review)
    audit.record(
        "review.carried_out",
        review,
        revoked=rows.filter(outcome=_Outcome.REVOKED).count(),
        not_revoked=rows.filter(outcome=_Outcome.LEFT).count(),
    )
    tell_starter(review)


@transaction.atomic
def _end_undoing(review_id: UUID) -> None:
    review = held(review_id)
    if review is None or review.state != State.UNDOING:
        return
    review.state = State.UNDONE
    review.save(update_fields=["state"])
    rows = ReviewLine.objects.filter(review=review)
    audit.record(
        "review.undone",
        review,
        given_back=rows.filter(restored=_Restored.GIVEN).count(),
        not_given_back=rows.filter(restored=_Restored.NOT).count(),
    )
