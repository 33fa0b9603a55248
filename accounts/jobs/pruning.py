"""Forgetting jobs that ended long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from accounts.jobs.kinds import DAILY, exactly_once
from accounts.jobs.rows import delete_ended

KEPT: Final = timedelta(days=30)


@exactly_once(queue=DAILY, cron="40 0 * * *")
def prune_jobs() -> dict[str, Any]:
    """Delete jobs that ended more than 30 days ago, done or failed."""
    return {"deleted": delete_ended(before=timezone.now() - KEPT)}
