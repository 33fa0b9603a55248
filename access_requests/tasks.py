"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from access_requests import ending, lapsing, telling
from accounts.jobs.kinds import AFTER_MIDNIGHT, HOURLY, Kind, by_the_clock

mail_what_waits = by_the_clock(HOURLY)(telling.mail_what_waits)
end_grants = by_the_clock(HOURLY)(ending.end_grants)
warn_of_ends = by_the_clock(HOURLY)(ending.warn_of_ends)
lapse_requests = by_the_clock(HOURLY)(lapsing.lapse_requests)
forget_requests = by_the_clock(AFTER_MIDNIGHT)(lapsing.forget_requests)

KINDS: Final[tuple[Kind[Any], ...]] = (
    mail_what_waits,
    end_grants,
    warn_of_ends,
    lapse_requests,
    forget_requests,
)
