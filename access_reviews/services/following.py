"""What follows by the clock: lines of reviewers who left, reminders, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.ending import end_review
from access_reviews.services.making import held
from access_reviews.services.telling import remind_reviewers, tell_heir
from access_reviews.services.things import Kind
from accounts.models import Role, Tenant, User
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

REMINDERS: Final = (7, 3, 1, 0)
"""So many days before the last day reviewers with lines to decide are mailed, once each."""


def follow_reviews() -> dict[str, Any]:
    """Do what is due of every tenant's reviews; return how many were looked at, and who failed."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _follow_tenant)
    return with_failures({"reviews": sum(done.values())}, failed)


def _follow_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        running = AccessReview.objects.filter(state=AccessReview.State.RUNNING)
        reviews = list(running.order_by("pk"))
        for review in reviews:
            pass_on_lines(review_id=review.pk)
            if review.due < timezone.localdate():
                end_review(review_id=review.pk)
            else:
                remind(review_id=review.pk)
        return len(reviews)


@transaction.atomic
def pass_on_lines(*, review_id: UUID) -> int:
    """Let who started a review decide the lines of reviewers who left; return how many there are.

    If they have left, too, or a line is about themselves, any system admin decides; so it is of
    lines that take the role of one, unless they are one, or while a reviewer is one no more.
    """
    review = held(review_id)
    if review is None or review.state != AccessReview.State.RUNNING:
        return 0
    lines = ReviewLine.objects.filter(review=review)
    assigned = set(lines.order_by().values_list("reviewer", flat=True).distinct()) - {None}
    here = dict(
        User.objects.filter(pk__in=[*assigned, review.starter], active=True).values_list(
            "pk", "role"
        )
    )
    takes_admin = lines.filter(thing__kind=Kind.ROLE, thing__key=Role.ADMIN)
    others = [key for key, role in here.items() if role != Role.ADMIN]
    moved = _move(review, takes_admin.filter(reviewer__in=others), None)
    left = lines.filter(reviewer__in=assigned - here.keys())
    heir = review.starter if review.starter in here else None
    for_admins = left.none()
    if heir is not None:
        for_admins = left.filter(person=heir)
        if here[heir] != Role.ADMIN:
            for_admins |= left.filter(pk__in=takes_admin)
    moved += _move(review, for_admins, None) if heir is not None else 0
    moved += _move(review, left, heir)
    if moved:
        audit.record("review.lines_passed_on", review, lines=moved)
    return moved


@transaction.atomic
def remind(*, review_id: UUID) -> bool:
    """Mail reviewers how many days are left, once for each of :data:`REMINDERS`; tell whether."""
    review = held(review_id)
    if review is None or review.state != AccessReview.State.RUNNING:
        return False
    days = (review.due - timezone.localdate()).days
    reached = [each for each in REMINDERS if days <= each]
    if not reached or (review.reminded is not None and review.reminded <= reached[-1]):
        return False
    review.reminded = reached[-1]
    review.save(update_fields=["reminded"])
    if not ReviewLine.objects.filter(review=review, decision="").exists():
        return False
    remind_reviewers(review, days=max(days, 0))
    audit.record("review.reminded", review, days=days)
    return True


def _move(review: AccessReview, lines: QuerySet[ReviewLine], heir: UUID | None) -> int:
    keys = list(lines.values_list("pk", flat=True))
    moving = ReviewLine.objects.filter(pk__in=keys)
    waiting = moving.filter(decision="").aggregate(n=Count("pk"))["n"]
    moving.update(reviewer=heir)
    if waiting:
        tell_heir(review, heir=heir, lines=waiting)
    return len(keys)
