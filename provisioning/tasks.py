"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, HOURLY, Kind, by_the_clock
from provisioning.engine import deletions, leavers, retention, scheduling
from provisioning.engine.draining import perform_operations
from provisioning.engine.following import follow_changes
from provisioning.engine.starting import work_out_run

delete_who_is_due = by_the_clock(HOURLY)(deletions.delete_who_is_due)
try_leavers_again = by_the_clock(AFTER_MIDNIGHT)(leavers.try_leavers_again)
start_due_runs = by_the_clock(HOURLY)(scheduling.start_due_runs)


@by_the_clock(HOURLY)
def prune_operations() -> dict[str, Any]:
    """Delete what the log of operations keeps no longer."""
    return {"deleted": retention.prune_log()}


KINDS: Final[tuple[Kind[Any], ...]] = (
    perform_operations,
    follow_changes,
    work_out_run,
    delete_who_is_due,
    try_leavers_again,
    start_due_runs,
    prune_operations,
)
