"""Taking operations up: one worker each, in the order of their phases, and for a time.

A worker that dies leaves its claim behind; when its time is over, another takes it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import uuid4

import orjson
from django.db import connection

from provisioning.storage.soon import SOON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

LEASE_SECONDS: Final = 100
"""So long a claim holds from the last request that was begun: longer than any takes, with a new
token before it and another attempt after it (30 seconds each, :mod:`provisioning.client.target`).
"""

_IN_FLIGHT: Final = "state IN ('waiting', 'running', 'unknown')"
_CLAIM: Final = f"""
UPDATE provisioning_operation AS operation
SET state = 'running', claim = %(claim)s, attempts = operation.attempts + 1,
  claimed_until = clock_timestamp() + make_interval(secs => %(lease)s),
  first_tried = COALESCE(operation.first_tried, clock_timestamp())
WHERE operation.id = (
  SELECT due.id FROM provisioning_operation AS due
  WHERE due.tenant_id = %(tenant)s AND due.application_id = %(application)s AND due.{_IN_FLIGHT}
    AND due.next_try <= clock_timestamp()
    AND (due.state <> 'running' OR due.claimed_until < clock_timestamp())
    AND due.phase = (
      SELECT first.phase FROM provisioning_operation AS first
      WHERE first.tenant_id = %(tenant)s AND first.application_id = %(application)s
        AND first.{_IN_FLIGHT} AND first.next_try <= clock_timestamp()
      ORDER BY first.phase, first.next_try LIMIT 1
    )
  ORDER BY due.phase, due.next_try, due.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING operation.id, {SOON}
"""  # noqa: S608
_CLAIM_ONE: Final = f"""
UPDATE provisioning_operation AS operation
SET state = 'running', claim = %(claim)s, attempts = operation.attempts + 1,
  claimed_until = clock_timestamp() + make_interval(secs => %(lease)s),
  first_tried = COALESCE(operation.first_tried, clock_timestamp())
WHERE operation.tenant_id = %(tenant)s AND operation.id = %(operation)s AND operation.{_IN_FLIGHT}
  AND (operation.state <> 'running' OR operation.claimed_until < clock_timestamp())
RETURNING operation.id, {SOON}
"""  # noqa: S608
_INTEND: Final = f"""
UPDATE provisioning_operation AS operation
SET claimed_until = clock_timestamp() + make_interval(secs => %(lease)s), steps = %(steps)s::jsonb
FROM provisioning_application AS application, accounts_tenant AS tenant
WHERE operation.tenant_id = %(tenant)s AND operation.id = %(operation)s
  AND operation.claim = %(claim)s AND operation.state = 'running'
  AND application.id = operation.application_id AND tenant.id = operation.tenant_id
RETURNING tenant.plan, application.base_url, application.is_paused,
  application.quarantined_at IS NOT NULL,
  application.first_plan_sent_at IS NOT NULL, COALESCE((
    SELECT run.state FROM provisioning_run AS run
    WHERE run.tenant_id = operation.tenant_id AND run.id = operation.run_id
  ), ''), CASE WHEN %(reads)s THEN {SOON} END
"""  # noqa: S608
_EARLIER: Final = f"""
SELECT EXISTS (
  SELECT FROM provisioning_operation AS operation
  WHERE operation.tenant_id = %(tenant)s AND operation.application_id = %(application)s
    AND operation.{_IN_FLIGHT} AND operation.phase < %(phase)s
    AND operation.id <> %(operation)s AND operation.next_try <= clock_timestamp()
)
"""  # noqa: S608
_WAITS: Final = f"""
SELECT count(*) FROM (
  SELECT FROM provisioning_operation AS operation
  WHERE operation.tenant_id = %(tenant)s AND operation.application_id = %(application)s
    AND operation.{_IN_FLIGHT} AND operation.next_try <= clock_timestamp()
    AND (operation.state <> 'running' OR operation.claimed_until < clock_timestamp())
  LIMIT %(most)s
) AS due
"""  # noqa: S608


class Claim(NamedTuple):
    """An operation that is ours, as long as nobody else has taken it up since."""

    operation_id: int
    token: UUID


class Gate(NamedTuple):
    """What may have changed since the last request: all that decides whether another may go."""

    plan: str
    base_url: str
    is_paused: bool
    is_quarantined: bool
    is_open: bool
    run_state: str


def claim_next(*, tenant_id: int, application_id: int) -> Claim | None:
    """Take up what is due first; ``None`` when nothing is, or an earlier phase still runs."""
    return _claim(_CLAIM, {"tenant": tenant_id, "application": application_id})


def claim_one(*, tenant_id: int, operation_id: int) -> Claim | None:
    """Take this operation up now, whatever its turn; ``None`` when another worker has it."""
    return _claim(_CLAIM_ONE, {"tenant": tenant_id, "operation": operation_id})


def intend(
    *, tenant_id: int, claim: Claim, steps: Sequence[dict[str, Any]], reads: bool
) -> Gate | None:
    """Write down what is about to be asked, and hold the claim on; ``None``: it is lost.

    It is on the disk before this returns, unless the request only ``reads``.
    """
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "operation": claim.operation_id,
        "claim": claim.token,
        "lease": LEASE_SECONDS,
        "steps": orjson.dumps(list(steps)).decode(),
        "reads": reads,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INTEND, values)
        row = cursor.fetchone()
    return None if row is None else Gate._make(row[: len(Gate._fields)])


def waits_for_earlier(
    *, tenant_id: int, application_id: int, operation_id: int, phase: int
) -> bool:
    """Tell whether others of an earlier phase are due or under way."""
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "application": application_id,
        "operation": operation_id,
        "phase": phase,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, values)
        return bool(cursor.fetchone()[0])


def count_due(*, tenant_id: int, application_id: int, most: int) -> int:
    """Count what could be taken up now, and stop counting there."""
    values = {"tenant": tenant_id, "application": application_id, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, values)
        return int(cursor.fetchone()[0])


def _claim(statement: str, values: dict[str, Any]) -> Claim | None:
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "claim": token, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
    return None if row is None else Claim(row[0], token)
