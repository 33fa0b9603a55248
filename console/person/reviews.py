"""The lines of running access reviews that are about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from access_reviews import words
from access_reviews.models import AccessReview, ReviewLine
from console.person.look import MOST_BESIDE

if TYPE_CHECKING:
    from console.person.look import Look


_MOST: Final = 100
_KINDS: Final = {
    "": "busy",
    ReviewLine.Decision.KEEP.value: "good",
    ReviewLine.Decision.REVOKE.value: "bad",
}


def reviews(look: Look) -> dict[str, Any]:
    """Return what running reviews ask about the person, the soonest to end first."""
    asked = ReviewLine.objects.filter(
        person=look.person.pk, review__state=AccessReview.State.RUNNING
    )
    lines = list(asked.select_related("review", "thing").order_by("review__due", "pk")[:_MOST])
    return {
        "lines": [
            {
                "thing": line.thing.name,
                "review": line.review.name,
                "url": reverse("console:access-review", args=[line.review_id]),
                "due": line.review.due,
                "state": words.verdict(line.review, line),
                "kind": _KINDS[line.decision],
            }
            for line in lines[:MOST_BESIDE]
        ],
        "more": max(len(lines) - MOST_BESIDE, 0),
    }
