"""How long what is kept of targets is kept: the log, who was deleted, a host that was left."""

from __future__ import annotations

from typing import Final

from django.db import connection

PORTION: Final = 1_000

# An operation that is not over has no end, and stays.  A run goes with the last of its operations.
_PRUNE: Final = f"""
WITH old AS (
  SELECT operation.id FROM provisioning_operation AS operation
  JOIN provisioning_application AS application ON application.id = operation.application_id
  WHERE operation.ended < now() - make_interval(days => application.log_retention_days)
  LIMIT {PORTION}
), exchanges AS (
  DELETE FROM provisioning_exchange WHERE operation_id IN (SELECT id FROM old)
)
DELETE FROM provisioning_operation WHERE id IN (SELECT id FROM old)
"""  # noqa: S608
_PRUNE_RUNS: Final = """
DELETE FROM provisioning_run AS run USING provisioning_application AS application
WHERE application.id = run.application_id
  AND run.ended < now() - make_interval(days => application.log_retention_days)
  AND NOT EXISTS (
    SELECT FROM provisioning_operation AS operation
    WHERE operation.tenant_id = run.tenant_id AND operation.run_id = run.id
  )
"""
_ERASE: Final = (
    """
DELETE FROM provisioning_exchange USING provisioning_operation AS operation
WHERE operation.tenant_id = %(tenant)s AND operation.object_id = %(object)s
  AND provisioning_exchange.operation_id = operation.id
""",
    """
DELETE FROM provisioning_operation AS operation
WHERE operation.tenant_id = %(tenant)s AND operation.object_id = %(object)s
  AND operation.state NOT IN ('waiting', 'running', 'unknown', 'held', 'refused')
""",
    """
DELETE FROM provisioning_conflict AS conflict
WHERE conflict.tenant_id = %(tenant)s AND conflict.object_id = %(object)s
""",
    # Who was to be a member is named by an id in the steps of the group; its bodies may say more.
    """
UPDATE provisioning_exchange AS exchange SET sealed = ''
FROM provisioning_operation AS operation
WHERE operation.tenant_id = %(tenant)s AND operation.kind = 'Group'
  AND exchange.operation_id = operation.id AND exchange.sealed <> ''
  AND strpos(operation.steps::text, %(object)s) > 0
""",
    # The account of the person may have been found for somebody else.
    """
UPDATE provisioning_conflict AS conflict SET candidates = (
  SELECT COALESCE(jsonb_agg(candidate), '[]') FROM jsonb_array_elements(conflict.candidates)
    AS candidate WHERE candidate ->> 'id' <> link.remote_id
)
FROM provisioning_link AS link
WHERE link.tenant_id = %(tenant)s AND link.object_id = %(object)s AND link.remote_id <> ''
  AND conflict.tenant_id = %(tenant)s AND conflict.application_id = link.application_id
  AND conflict.candidates @> jsonb_build_array(jsonb_build_object('id', link.remote_id))
""",
    """
DELETE FROM provisioning_importrow AS found
WHERE found.tenant_id = %(tenant)s AND found.object_id = %(object)s
""",
    # It matched them among others, or is their account and was read before that was known.
    """
DELETE FROM provisioning_importrow AS found
WHERE found.tenant_id = %(tenant)s AND found.matches <> '[]'
  AND found.matches @> jsonb_build_array(%(object)s::text)
""",
    """
DELETE FROM provisioning_importrow AS found
USING provisioning_link AS link, provisioning_import AS batch
WHERE link.tenant_id = %(tenant)s AND link.object_id = %(object)s AND link.remote_id <> ''
  AND batch.tenant_id = link.tenant_id AND batch.application_id = link.application_id
  AND batch.kind = link.kind
  AND found.tenant_id = batch.tenant_id AND found.batch_id = batch.id
  AND found.remote_id = link.remote_id
""",
    # What is held shows still what would be done, or nobody could allow it.
    """
UPDATE provisioning_operation AS operation SET name = '', last_error = '', steps = COALESCE((
  SELECT jsonb_agg(shown.step || '{"before": {}, "after": {}}' ORDER BY shown.place)
  FROM jsonb_array_elements(operation.steps) WITH ORDINALITY AS shown (step, place)
), '[]')
WHERE operation.tenant_id = %(tenant)s AND operation.object_id = %(object)s
""",
    """
UPDATE provisioning_link AS link
SET name = '', applied = '{}', seen = '{}', drift = '{}', unsettled = '{}', quarantine_reason = ''
WHERE link.tenant_id = %(tenant)s AND link.object_id = %(object)s
""",
)

_FORGET: Final = (
    """
DELETE FROM provisioning_linkmember USING provisioning_link AS link
WHERE link.tenant_id = %(tenant)s AND link.application_id = %(application)s
  AND provisioning_linkmember.link_id = link.id
""",
    """
DELETE FROM provisioning_awaitedlink USING provisioning_link AS link
WHERE link.tenant_id = %(tenant)s AND link.application_id = %(application)s
  AND provisioning_awaitedlink.link_id = link.id
""",
    """
DELETE FROM provisioning_link AS link
WHERE link.tenant_id = %(tenant)s AND link.application_id = %(application)s
""",
)


def prune_operations() -> int:
    """Delete a portion of the operations of every tenant that are past their retention."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE)
        return int(cursor.rowcount)


def prune_runs() -> int:
    """Delete the runs of every tenant that are past their retention and have no operations."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE_RUNS)
        return int(cursor.rowcount)


def erase_object(*, tenant_id: int, object_id: str) -> None:
    """Delete what the log holds of an object of ours, and empty its links.

    A link stays as long as the resource does: without it nobody could take that away any more.
    """
    with connection.cursor() as cursor:
        for statement in _ERASE:
            cursor.execute(statement, {"tenant": tenant_id, "object": object_id})


def forget_links(*, tenant_id: int, application_id: int) -> int:
    """Delete all that is known of what an application's target holds; return how many links."""
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, {"tenant": tenant_id, "application": application_id})
        return int(cursor.rowcount)
