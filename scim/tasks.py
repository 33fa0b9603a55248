"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import EVERY_TEN_MINUTES, HOURLY, Kind, by_the_clock
from scim.log import counting, request_log_retention


@by_the_clock(HOURLY)
def prune_request_log() -> dict[str, Any]:
    """Delete what the request log keeps no longer."""
    return {"deleted": request_log_retention.prune_request_log()}


count_requests = by_the_clock(EVERY_TEN_MINUTES)(counting.count_requests)

KINDS: Final[tuple[Kind[Any], ...]] = (prune_request_log, count_requests)
