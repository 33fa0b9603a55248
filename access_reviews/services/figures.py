"""How far reviews are: numbers of lines, in a number of statements that is fixed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from django.db.models import QuerySet

_Decision = ReviewLine.Decision
OPEN_STATES: Final = (AccessReview.State.MAKING, AccessReview.State.RUNNING)
SOON: Final = 3
"""So many days before its last day a review with undecided lines needs somebody."""


class Figures(NamedTuple):
    """Lines of a review, or of one reviewer: how many, and how many were decided so."""

    lines: int = 0
    keep: int = 0
    revoke: int = 0

    @property
    def decided(self) -> int:
        """How many were decided."""
        return self.keep + self.revoke

    @property
    def open(self) -> int:
        """How many wait for a decision."""
        return self.lines - self.decided


class Late(NamedTuple):
    """A review that ends soon, or should have, and how many lines nobody has decided."""

    review: AccessReview
    waiting: int

    @property
    def days_left(self) -> int:
        """Days until its last day; below 0 that is over."""
        return (self.review.due - timezone.localdate()).days


def figures_of(reviews: Iterable[AccessReview]) -> dict[UUID, Figures]:
    """Return how far each of these reviews is."""
    keys = [each.pk for each in reviews]
    rows = ReviewLine.objects.filter(review__in=keys).order_by()
    counted = rows.values_list("review").annotate(**_counts())
    found = {key: Figures(*numbers) for key, *numbers in counted}
    return {key: found.get(key, Figures()) for key in keys}


def figures_by_reviewer(review: AccessReview) -> dict[UUID | None, Figures]:
    """Return how far each reviewer of a review is; nobody in particular are the admins."""
    rows = ReviewLine.objects.filter(review=review).order_by()
    counted = rows.values_list("reviewer").annotate(**_counts())
    return {key: Figures(*rest) for key, *rest in counted}


def lines_of(person: User) -> QuerySet[ReviewLine]:
    """Return the lines of running reviews that somebody decides: never one about themselves."""
    mine = Q(reviewer=person.pk)
    if person.is_admin:
        mine |= Q(reviewer=None)
    running = ReviewLine.objects.filter(review__state=AccessReview.State.RUNNING)
    return running.filter(mine).exclude(person=person.pk)


def reviews_to_decide(person: User) -> QuerySet[AccessReview]:
    """Return the running reviews in which somebody has lines to decide yet."""
    undecided = ReviewLine.objects.filter(review=OuterRef("pk"), decision="")
    others = undecided.exclude(person=person.pk)
    theirs = Q(Exists(others.filter(reviewer=person.pk)))
    if person.is_admin:
        theirs |= Q(Exists(others.filter(reviewer=None)))
    return AccessReview.objects.filter(theirs, state=AccessReview.State.RUNNING)


def reviews_late(*, within: int = SOON) -> list[Late]:
    """Return the running reviews with undecided lines that end within so many days, or should
    have ended, the soonest first; with one statement.
    """
    until = timezone.localdate() + timedelta(days=within)
    running = AccessReview.objects.filter(state=AccessReview.State.RUNNING, due__lte=until)
    counted = running.annotate(waiting=Count("lines", filter=Q(lines__decision=""))).order_by("due")
    return [Late(each, each.waiting) for each in counted if each.waiting]


def names_of(ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Return what those of these people are called who are there, deactivated or not."""
    people = User.objects.filter(pk__in=[each for each in ids if each])
    return {each.pk: each.name_and_address for each in people}


def to_revoke(review: AccessReview) -> Q:
    """Return the condition for the lines that are revoked when ``review`` ends."""
    revoked = Q(decision=_Decision.REVOKE)
    if review.undecided == AccessReview.Undecided.REVOKE:
        revoked |= Q(decision="")
    return revoked


def _counts() -> dict[str, Count]:
    return {
        "number": Count("pk"),
        "kept": Count("pk", filter=Q(decision=_Decision.KEEP)),
        "taken": Count("pk", filter=Q(decision=_Decision.REVOKE)),
    }
