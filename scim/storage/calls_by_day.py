"""What a portion of the request log tells of each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.models import DailyCount
from accounts.storage.daily_counts import Counted

if TYPE_CHECKING:
    from accounts.storage.daily_counts import Portion

_HOURS: Final = """
INSERT INTO scim_sourceday (tenant_id, source_id, day, hours)
SELECT entry.tenant_id, entry.source_id, (entry.at AT TIME ZONE 'UTC')::date,
  bit_or(1 << extract(hour FROM entry.at AT TIME ZONE 'UTC')::int)
FROM scim_requestlogentry AS entry
JOIN scim_source AS source ON source.tenant_id = entry.tenant_id AND source.id = entry.source_id
WHERE entry.id > %(after)s AND entry.id <= %(last)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (tenant_id, source_id, day)
DO UPDATE SET hours = scim_sourceday.hours | excluded.hours
"""
# Who asks whether somebody is there, or deletes who is gone already, is refused nothing.
_REFUSED: Final = """
SELECT entry.tenant_id, (entry.at AT TIME ZONE %(zone)s)::date, %(kind)s, count(*)
FROM scim_requestlogentry AS entry
WHERE entry.id > %(after)s AND entry.id <= %(last)s
  AND entry.status >= 400 AND entry.route LIKE '/Users%%'
  AND entry.method IN ('POST', 'PUT', 'PATCH', 'DELETE')
  AND NOT (entry.method = 'DELETE' AND entry.status = 404)
GROUP BY 1, 2
"""


def note_hours(portion: Portion) -> None:
    """Note in which hours sources called; noted twice, it is the same."""
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, portion._asdict())


def refused_calls(portion: Portion, *, zone: str) -> list[Counted]:
    """Return how many changes of people were refused, by tenant and day in a time zone."""
    values = {"kind": DailyCount.Kind.CALL_REFUSED, "zone": zone, **portion._asdict()}
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, values)
        return [Counted._make(row) for row in cursor.fetchall()]
