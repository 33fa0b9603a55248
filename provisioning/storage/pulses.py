"""What has become due at any application of any tenant: asked by each worker, many times a minute.

A probe of an index for each application, whatever its tenant's trail and its operations hold.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import connection

from accounts.storage.changes import feed_generation

_MOVED: Final = """
SELECT follower.tenant_id, follower.application_id FROM provisioning_follower AS follower
JOIN provisioning_application AS application
  ON application.tenant_id = follower.tenant_id AND application.id = follower.application_id
JOIN accounts_tenant AS tenant ON tenant.id = follower.tenant_id
WHERE application.first_plan_sent_at IS NOT NULL AND tenant.plan = %(plan)s AND (
  follower.generation <> %(generation)s OR EXISTS (
    SELECT FROM accounts_auditentry AS trail
    WHERE trail.tenant_id = follower.tenant_id
      AND (trail.transaction, trail.id) > (follower.transaction, follower.entry_id)
      AND trail.transaction < pg_snapshot_xmin(pg_current_snapshot())
  )
)
"""
_DUE: Final = """
SELECT follower.tenant_id, follower.application_id FROM provisioning_follower AS follower
JOIN provisioning_application AS application
  ON application.tenant_id = follower.tenant_id AND application.id = follower.application_id
JOIN accounts_tenant AS tenant ON tenant.id = follower.tenant_id
WHERE application.first_plan_sent_at IS NOT NULL AND NOT application.is_paused
  AND application.quarantined_at IS NULL AND tenant.plan = %(plan)s
  AND (follower.rests_until IS NULL OR follower.rests_until <= clock_timestamp())
  AND EXISTS (
    SELECT FROM provisioning_operation AS operation
    WHERE operation.tenant_id = follower.tenant_id
      AND operation.application_id = follower.application_id
      AND operation.state IN ('waiting', 'running', 'unknown')
      AND operation.next_try <= clock_timestamp()
      AND (operation.state <> 'running' OR operation.claimed_until < clock_timestamp())
  )
"""


class Place(NamedTuple):
    """An application and whose it is."""

    tenant_id: int
    application_id: int


def applications_behind(*, plan: str) -> list[Place]:
    """Return the applications, of tenants on a plan, that are behind the feed."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"generation": feed_generation(), "plan": plan})
        return [Place._make(row) for row in cursor.fetchall()]


def applications_due(*, plan: str) -> list[Place]:
    """Return the applications with operations that could be taken up, of tenants on a plan."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"plan": plan})
        return [Place._make(row) for row in cursor.fetchall()]
