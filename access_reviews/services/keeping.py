"""How long reviews are kept, and what they hold of people who were deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures

if TYPE_CHECKING:
    from uuid import UUID

_PORTION: Final = 1_000
_OVER: Final = (
    AccessReview.State.APPLIED,
    AccessReview.State.CANCELLED,
    AccessReview.State.UNDONE,
)


def prune_reviews() -> dict[str, Any]:
    """Delete what ended longer ago than the tenant keeps its audit trail; return how many."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _prune_tenant)
    return with_failures({"reviews": sum(done.values())}, failed)


def erase_from_reviews(person_id: UUID) -> None:
    """Take from the active tenant's reviews what they hold of somebody who was deleted."""
    ReviewLine.objects.filter(person=person_id).update(
        person_name="",
        note="",
        through="",
        reasons=[],
        since=None,
        outcome_reason="",
        restored_reason="",
    )


def _prune_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        days = tenant.trail_days or settings.TRAIL_DAYS
        old = AccessReview.objects.filter(
            state__in=_OVER, ended__lt=timezone.now() - timedelta(days=days)
        )
        reviews = list(old)
        for review in reviews:
            while keys := list(review.lines.values_list("pk", flat=True)[:_PORTION]):
                ReviewLine.objects.filter(pk__in=keys).delete()
            review.delete()
        return len(reviews)
