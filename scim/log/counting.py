"""What the request log tells of each day: in which hours sources called, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.trail.counting import count_log
from scim.models import RequestLogEntry
from scim.storage.calls_by_day import note_hours, refused_calls

if TYPE_CHECKING:
    from accounts.storage.daily_counts import Counted, Portion


def count_requests() -> dict[str, Any]:
    """Add what the request log of every tenant tells to what is kept of each day."""
    return {"rows": count_log(RequestLogEntry, _in_log)}


def _in_log(portion: Portion) -> list[Counted]:
    note_hours(portion)
    return refused_calls(portion, zone=settings.TIME_ZONE)
