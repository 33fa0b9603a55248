"""Starting a review: what it would ask of whom is shown first; a job makes its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_reviews.errors import ReviewNotStartedError
from access_reviews.models import AccessReview, ReviewedThing
from access_reviews.services.making import make_review_lines
from access_reviews.services.reviewers import shares
from access_reviews.services.things import holders_of, is_there
from accounts.models import User
from accounts.trail import audit

if TYPE_CHECKING:
    import datetime
    from collections import Counter
    from collections.abc import Sequence
    from uuid import UUID

    from access_reviews.services.things import Thing

MOST_THINGS: Final = 20
MOST_REVIEWERS: Final = 50
MOST_LINES: Final = 200_000
LONGEST: Final = timedelta(days=366)
"""How long a review may run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A review that somebody wants."""

    name: str
    things: Sequence[Thing]
    reviewers: Sequence[UUID]
    due: datetime.date
    undecided: AccessReview.Undecided
    starter: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What a review would be: lines by thing, and lines by who decides them."""

    lines: Sequence[tuple[Thing, int]]
    shares: Counter[UUID | None]

    @property
    def number(self) -> int:
        """How many lines there would be."""
        return sum(number for _thing, number in self.lines)


def look_ahead(plan: Plan) -> Ahead:
    """Return what would be asked of whom; the statements grow with things, and not with people.

    Raises:
        ReviewNotStartedError: No review can be made of that.
    """
    _require_sense(plan)
    ahead = Ahead(
        lines=[(thing, holders_of(thing).count()) for thing in plan.things],
        shares=shares(plan.things, reviewers=plan.reviewers, starter=plan.starter.pk),
    )
    if not ahead.number:
        raise ReviewNotStartedError(_("Nobody holds any of this, so there is nothing to review."))
    if ahead.number > MOST_LINES:
        text = _("That are %(n)s lines, and a review has at most %(most)s. Choose less.")
        raise ReviewNotStartedError(text % {"n": f"{ahead.number:,}", "most": f"{MOST_LINES:,}"})
    return ahead


@transaction.atomic
def start_review(*, key: UUID, plan: Plan) -> AccessReview:
    """Start a review under ``key``, and have its lines made; what is there under it is returned.

    Raises:
        ReviewNotStartedError: No review can be made of that.
    """
    _require_sense(plan)
    review, is_new = AccessReview.objects.get_or_create(
        pk=key,
        defaults={
            "name": plan.name,
            "undecided": plan.undecided,
            "starter": plan.starter.pk,
            "reviewers": list(plan.reviewers),
            "due": plan.due,
        },
    )
    if not is_new:
        return review
    ReviewedThing.objects.bulk_create(
        ReviewedThing(review=review, kind=each.kind, key=each.key, name=each.name[:300])
        for each in plan.things
    )
    audit.record(
        "review.started",
        review,
        things=[each.name for each in plan.things],
        last_day=plan.due.isoformat(),
        undecided=str(plan.undecided),
    )
    job = make_review_lines.defer(review_id=str(review.pk))
    AccessReview.objects.filter(pk=review.pk).update(job=job.pk)
    review.refresh_from_db()
    return review


def _require_sense(plan: Plan) -> None:
    today = timezone.localdate()
    reviewers = User.objects.filter(pk__in=list(plan.reviewers), active=True).count()
    problems = (
        (not plan.things, _("Choose at least one thing to review.")),
        (
            len(plan.things) > MOST_THINGS,
            _("Choose at most %(n)s things.") % {"n": MOST_THINGS},
        ),
        (not plan.reviewers, _("Name at least one reviewer.")),
        (
            len(plan.reviewers) > MOST_REVIEWERS,
            _("Name at most %(n)s reviewers.") % {"n": MOST_REVIEWERS},
        ),
        (
            reviewers < len(set(plan.reviewers)),
            _("One of the reviewers is deactivated or gone. Only active people can review."),
        ),
        (plan.due <= today, _("The last day is to be after today.")),
        (plan.due > today + LONGEST, _("The last day is to be within a year.")),
        (
            not all(is_there(each) for each in plan.things),
            _("Something that you chose is not there any more. Choose again."),
        ),
    )
    for is_wrong, says in problems:
        if is_wrong:
            raise ReviewNotStartedError(says)
