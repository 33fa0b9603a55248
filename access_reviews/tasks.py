"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from access_reviews.services import following, keeping
from access_reviews.services.applying import apply_review, apply_to_who_is_back, undo_review
from access_reviews.services.making import make_review_lines
from accounts.jobs.kinds import AFTER_MIDNIGHT, HOURLY, Kind, by_the_clock

follow_reviews = by_the_clock(HOURLY)(following.follow_reviews)
prune_reviews = by_the_clock(AFTER_MIDNIGHT)(keeping.prune_reviews)

KINDS: Final[tuple[Kind[Any], ...]] = (
    make_review_lines,
    apply_review,
    apply_to_who_is_back,
    undo_review,
    follow_reviews,
    prune_reviews,
)
