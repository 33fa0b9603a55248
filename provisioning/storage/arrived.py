"""What has become, at applications, of people to whom something was done here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

# The latest one says how the account there stands, whatever else was wanted of it before.
_LATEST: Final = """
SELECT latest.application_id, latest.state, count(*) FROM (
  SELECT DISTINCT ON (operation.application_id, operation.object_id)
    operation.application_id, operation.state
  FROM unnest(%(people)s::text[], %(moments)s::timestamptz[]) AS line (person, moment)
  JOIN provisioning_operation AS operation ON operation.tenant_id = %(tenant)s
    AND operation.object_id = line.person AND operation.kind = 'User'
    AND operation.application_id = ANY(%(applications)s::bigint[])
    AND operation.state NOT IN ('planned', 'cancelled')
    AND (operation.ended IS NULL OR operation.ended > line.moment)
  ORDER BY operation.application_id, operation.object_id, operation.id DESC
) AS latest
GROUP BY latest.application_id, latest.state
ORDER BY latest.application_id, latest.state
"""


class Arrived(NamedTuple):
    """So many accounts at an application whose latest operation is in one state."""

    application_id: int
    state: str
    number: int


def latest_since(
    since: Mapping[UUID, datetime], *, application_ids: Collection[int]
) -> list[Arrived]:
    """Return how the accounts of people stand of which anything was to be sent since a moment.

    The moment is that of each person.  It costs an index scan for each of them.
    """
    if not since or not application_ids:
        return []
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "people": [str(person) for person in since],
        "moments": list(since.values()),
        "applications": list(application_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, values)
        return [Arrived(*row) for row in cursor.fetchall()]
