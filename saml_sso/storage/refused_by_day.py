"""What a portion of the log of sign-ins tells of each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.models import DailyCount
from accounts.storage.daily_counts import Counted
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from accounts.storage.daily_counts import Portion

# Of strangers, the first of each client and reason: the rest is one row that is written over.
_REFUSED: Final = """
SELECT attempt.tenant_id, (attempt.at AT TIME ZONE %(zone)s)::date, %(counted)s, count(*)
FROM saml_sso_signinattempt AS attempt
WHERE attempt.id > %(after)s AND attempt.id <= %(last)s AND attempt.outcome = %(outcome)s
  AND attempt.kind = ANY(%(kinds)s) AND (attempt.place IS NULL OR attempt.place = %(first)s)
GROUP BY 1, 2
"""


def refused_sign_ins(portion: Portion, *, zone: str) -> list[Counted]:
    """Return how many sign-ins were refused, by tenant and day in a time zone."""
    values = {
        "counted": DailyCount.Kind.SIGN_IN_REFUSED,
        "outcome": SignInAttempt.Outcome.REFUSED,
        "kinds": [SignInAttempt.Kind.IDP_INITIATED, SignInAttempt.Kind.SP_INITIATED],
        "first": SignInAttempt.Place.FIRST,
        "zone": zone,
        **portion._asdict(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, values)
        return [Counted._make(row) for row in cursor.fetchall()]
