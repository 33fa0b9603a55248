"""Writing what has to be brought in step: one row in flight for each object, whatever comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

import orjson
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


class Wanted(TypedDict):
    """An operation to be; the names are those of its columns."""

    kind: str
    object_id: str
    name: str
    state: str
    phase: int
    cause: str
    is_removal: bool
    is_allowed: bool
    steps: list[dict[str, Any]]
    main_action: str
    plan_hash: str


_COLUMNS: Final = (
    "kind, object_id, name, state, phase, cause, is_removal, is_allowed, steps, main_action, "
    "plan_hash"
)
_INSERT: Final = f"""
INSERT INTO provisioning_operation AS operation (
  tenant_id, application_id, run_id, {_COLUMNS}, attempts, next_try, again, last_error, actor,
  created
)
SELECT %(tenant)s, %(application)s, %(run)s, {_COLUMNS}, 0, clock_timestamp(), '', '', %(actor)s,
  clock_timestamp()
FROM jsonb_to_recordset(%(rows)s::jsonb) AS wanted (
  kind text, object_id text, name text, state text, phase smallint, cause text,
  is_removal boolean, is_allowed boolean, steps jsonb, main_action text, plan_hash text
)
"""  # noqa: S608
# What waits is worked out anew when its turn comes, so one row is enough; what runs may have read
# the old state already, and has another turn.  What somebody else wants as well than the run that
# it was of, is of no run any more: stopping that run does not stop it.  What was allowed is allowed
# as long as it is the same that is done.
_INSERT_IN_FLIGHT: Final = f"""{_INSERT}
ON CONFLICT (tenant_id, application_id, kind, object_id)
  WHERE state IN ('waiting', 'running', 'unknown')
DO UPDATE SET
  run_id = CASE WHEN operation.state = 'running' OR operation.run_id = EXCLUDED.run_id
    THEN operation.run_id END,
  again = CASE WHEN operation.state <> 'running' OR operation.again = 'allowed'
    THEN operation.again WHEN EXCLUDED.is_removal THEN 'removal' ELSE 'plan' END,
  is_removal = CASE WHEN operation.state = 'running'
    THEN operation.is_removal ELSE EXCLUDED.is_removal END,
  is_allowed = CASE WHEN operation.state = 'running' THEN operation.is_allowed
    ELSE EXCLUDED.is_allowed
      OR (operation.is_allowed AND operation.main_action = EXCLUDED.main_action) END,
  cause = CASE WHEN operation.state = 'running' THEN operation.cause ELSE EXCLUDED.cause END,
  phase = CASE WHEN operation.state = 'running' THEN operation.phase ELSE EXCLUDED.phase END,
  steps = CASE WHEN operation.state = 'running' THEN operation.steps ELSE EXCLUDED.steps END,
  main_action = CASE WHEN operation.state = 'running'
    THEN operation.main_action ELSE EXCLUDED.main_action END,
  plan_hash = CASE WHEN operation.state = 'running' THEN operation.plan_hash ELSE '' END,
  name = EXCLUDED.name
"""


class Origin(NamedTuple):
    """Whose the operations are, of which run, and who wants them."""

    tenant_id: int
    application_id: int
    run_id: UUID | None
    actor: str


def insert_planned(origin: Origin, rows: Sequence[Wanted]) -> None:
    """Write operations that are looked at before they are sent, or held."""
    _insert(_INSERT, origin, rows)


def insert_in_flight(origin: Origin, rows: Sequence[Wanted]) -> None:
    """Write operations that are due now; an object that is in flight already has another turn."""
    _insert(_INSERT_IN_FLIGHT, origin, rows)


def _insert(statement: str, origin: Origin, rows: Sequence[Wanted]) -> None:
    if not rows:
        return
    values = {
        "tenant": origin.tenant_id,
        "application": origin.application_id,
        "run": origin.run_id,
        "rows": orjson.dumps(list(rows)).decode(),
        "actor": origin.actor,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
