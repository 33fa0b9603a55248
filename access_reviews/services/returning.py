"""What reviews have decided about somebody holds when they get back what a source had taken.

Whoever is gone, or in no group, when a review is carried out, has nothing that could be revoked;
without this they would have for good, by taking a held change back, what was to be revoked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.dispatch import receiver

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.applying import apply_to_who_is_back
from accounts.signals import loss_taken_back

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

_NOT_REVOKED: Final = ("", ReviewLine.Outcome.LEFT)
_COUNTING: Final = (
    AccessReview.State.RUNNING,  # It may end before what is taken back can be seen.
    AccessReview.State.APPLYING,
    AccessReview.State.APPLIED,
)


@receiver(loss_taken_back)
def apply_to_them(*, user: User, since: datetime, **_kwargs: Any) -> None:
    """Have jobs revoke, once ``user`` is here again, what reviews that end have left as it is."""
    left = ReviewLine.objects.filter(
        Q(review__applied=None) | Q(review__applied__gte=since),
        person=user.pk,
        outcome__in=_NOT_REVOKED,
        review__state__in=_COUNTING,
    )
    for key in left.order_by("pk").values_list("pk", flat=True):
        apply_to_who_is_back.defer(line_id=key)
