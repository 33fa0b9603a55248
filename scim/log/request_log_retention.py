"""How long the request log is kept: as many days as each source says."""

from __future__ import annotations

from typing import Final

from django.db import connection

DAYS_WITHOUT_A_SOURCE: Final = 30
"""For entries whose source was deleted."""

_PRUNE: Final = """
DELETE FROM scim_requestlogentry entry USING (
  SELECT id, log_retention_days AS days FROM scim_source UNION ALL SELECT NULL, %s
) kept
WHERE entry.source_id IS NOT DISTINCT FROM kept.id
  AND entry.at < now() - make_interval(days => kept.days)
"""
# What was said is kept in the row of the source, too.
_FORGET_LAST_ERRORS: Final = """
UPDATE scim_source SET last_error = ''
WHERE last_error <> '' AND last_error_at < now() - make_interval(days => log_retention_days)
"""


def prune_request_log() -> int:
    """Delete the entries of every tenant that are past their retention; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_LAST_ERRORS)
        cursor.execute(_PRUNE, [DAYS_WITHOUT_A_SOURCE])
        return int(cursor.rowcount)
