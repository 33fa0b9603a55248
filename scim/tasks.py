"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, EVERY_TEN_MINUTES, HOURLY, Kind, by_the_clock
from scim.held import reminding
from scim.held.doing import do_held_change
from scim.log import counting, request_log_retention


@by_the_clock(HOURLY)
def prune_request_log() -> dict[str, Any]:
    """Delete what the request log keeps no longer."""
    return {"deleted": request_log_retention.prune_request_log()}


count_requests = by_the_clock(EVERY_TEN_MINUTES)(counting.count_requests)
remind_of_held_changes = by_the_clock(AFTER_MIDNIGHT)(reminding.remind_of_held_changes)

KINDS: Final[tuple[Kind[Any], ...]] = (
    prune_request_log,
    count_requests,
    do_held_change,
    remind_of_held_changes,
)
