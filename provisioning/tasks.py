"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, HOURLY, Kind, by_the_clock
from provisioning.engine import deletions, leavers, retention, scheduling, weekly
from provisioning.engine.draining import perform_operations
from provisioning.engine.following import follow_changes
from provisioning.engine.starting import work_out_run
from provisioning.importing import by_itself, pruning
from provisioning.importing.starting import read_at_target
from provisioning.importing.taking import take_in

delete_who_is_due = by_the_clock(HOURLY)(deletions.delete_who_is_due)
try_leavers_again = by_the_clock(AFTER_MIDNIGHT)(leavers.try_leavers_again)
start_due_runs = by_the_clock(HOURLY)(scheduling.start_due_runs)
mail_what_is_stuck = by_the_clock(AFTER_MIDNIGHT)(weekly.mail_what_is_stuck)
begin_due_imports = by_the_clock(HOURLY)(by_itself.begin_due_imports)
prune_imports = by_the_clock(HOURLY)(pruning.prune_imports)


@by_the_clock(HOURLY)
def prune_operations() -> dict[str, Any]:
    """Delete what the log of operations keeps no longer."""
    return {"deleted": retention.prune_log()}


KINDS: Final[tuple[Kind[Any], ...]] = (
    perform_operations,
    follow_changes,
    work_out_run,
    read_at_target,
    take_in,
    delete_who_is_due,
    try_leavers_again,
    start_due_runs,
    mail_what_is_stuck,
    begin_due_imports,
    prune_imports,
    prune_operations,
)
