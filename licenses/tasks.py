"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, Kind, by_the_clock
from licenses import daily_counts, subscriptions

start_subscriptions = by_the_clock(AFTER_MIDNIGHT)(subscriptions.start_subscriptions)
count_seats = by_the_clock(AFTER_MIDNIGHT)(daily_counts.count_seats)

KINDS: Final[tuple[Kind[Any], ...]] = (start_subscriptions, count_seats)
