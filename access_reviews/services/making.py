"""Making the lines of a review, a thousand people at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.holding import Held, Why, why_held
from access_reviews.services.reviewers import deciders
from access_reviews.services.suggesting import last_reviewed, suggestions
from access_reviews.services.telling import tell_reviewers
from access_reviews.services.things import holders_of, thing_of
from accounts.identifiers import uuid_of
from accounts.jobs.kinds import BULK, MINUTE, at_least_once
from accounts.progress import report_progress
from accounts.trail import audit

if TYPE_CHECKING:
    from uuid import UUID

    from access_reviews.models import ReviewedThing

PORTION: Final = 1_000


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def make_review_lines(*, review_id: str) -> dict[str, Any]:
    """Make what is left of the lines of a review, and let it run; a cancelled one gets no more."""
    review = AccessReview.objects.filter(pk=uuid_of(review_id)).first()
    if review is None or review.state != AccessReview.State.MAKING:
        return {}
    things = list(review.things.all())
    total = sum(holders_of(thing_of(thing)).count() for thing in things)
    for thing in things:
        while _make_portion(review.pk, thing):
            done = ReviewLine.objects.filter(review=review).count()
            report_progress(done=done, total=max(done, total))
    return {"lines": _let_run(review.pk)}


@transaction.atomic
def _make_portion(review_id: UUID, reviewed: ReviewedThing) -> bool:
    """Make the next lines of one thing, after the last person who has one; tell if more follow."""
    review = held(review_id)
    if review is None or review.state != AccessReview.State.MAKING:
        return False
    thing = thing_of(reviewed)
    holders = holders_of(thing).order_by("pk")
    made = ReviewLine.objects.filter(review=review, thing=reviewed).order_by("-person")
    last = made.values_list("person", flat=True).first()
    if last is not None:
        holders = holders.filter(pk__gt=last)
    people = list(holders[:PORTION])
    if not people:
        return False
    why = why_held(thing, [each.pk for each in people])
    who = deciders(thing, reviewers=review.reviewers, starter=review.starter)
    said = suggestions(people, changed_since=last_reviewed(thing), now=timezone.now())
    unknown = Held(Why.HAND)
    ReviewLine.objects.bulk_create(
        ReviewLine(
            review=review,
            thing=reviewed,
            person=each.pk,
            person_name=each.name_and_address,
            why=why.get(each.pk, unknown).why,
            through=why.get(each.pk, unknown).through,
            since=why.get(each.pk, unknown).since,
            suggestion=said[each.pk].suggestion,
            reasons=said[each.pk].reasons,
            reviewer=who.of(each.pk),
        )
        for each in people
    )
    return len(people) == PORTION


@transaction.atomic
def _let_run(review_id: UUID) -> int:
    """Let the review run, tell its reviewers, and return how many lines there are."""
    review = held(review_id)
    if review is None or review.state != AccessReview.State.MAKING:
        return 0
    review.state = AccessReview.State.RUNNING
    review.save(update_fields=["state"])
    lines = ReviewLine.objects.filter(review=review).count()
    audit.record("review.lines_made", review, lines=lines)
    tell_reviewers(review)
    return lines


def held(review_id: UUID) -> AccessReview | None:
    """Return a review whose row nobody else changes until the transaction ends."""
    rows = AccessReview.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=review_id).first()
