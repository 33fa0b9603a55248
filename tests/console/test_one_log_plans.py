"""However long the logs are, a page of the one log reads few rows: with 100,000 of each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy.scoping import tenant_scope
from tests.conftest import signed_in
from tests.console.test_one_log import LOG
from tests.support.logged import HIDDEN, LISTED, connect_both, log_of_each_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Tenant, User

# What is rolled back would leave its pages behind, and the plans of other tests would know of them.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]

ROWS: Final = 100_000
MOST_READ: Final = 3_000
"""Rows of all logs together that one page reads: most searches read a few hundred."""
TABLES: Final = ("accounts_auditentry", "scim_requestlogentry", "provisioning_operation")
_TRAIL: Final = """
INSERT INTO accounts_auditentry (tenant_id, at, actor, action, target_type, target_id, target,
  details, request_id)
SELECT %(tenant)s, now() - n * interval '20 seconds', 'SCIM: Others', CASE n %% 9
  WHEN 0 THEN 'user.signed_in' WHEN 1 THEN 'group.members_changed' ELSE 'user.updated' END,
  CASE n %% 9 WHEN 1 THEN 'directorygroup' ELSE 'user' END, 'other-' || n %% 5000, 'Somebody',
  CASE n %% 9 WHEN 1 THEN jsonb_build_object('added', ARRAY['other-' || n %% 7000]) ELSE '{}' END,
  'request-' || n
FROM generate_series(1, %(rows)s) n
"""
_REQUESTS: Final = """
INSERT INTO scim_requestlogentry (tenant_id, at, source_id, source_name, token_name, client,
  user_agent, method, route, resource_id, status, scim_type, detail, duration_ms)
SELECT %(tenant)s, now() - n * interval '20 seconds', %(source)s, 'Others', '', '', '', 'PATCH',
  '/Users/{id}', 'other-' || n %% 5000, 200, '', '', 3.5
FROM generate_series(1, %(rows)s) n
"""
_OPERATIONS: Final = """
INSERT INTO provisioning_operation
SELECT (jsonb_populate_record(NULL::provisioning_operation, to_jsonb(existing) ||
  jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('provisioning_operation', 'id')), 'state', 'done',
  'application_id', %(application)s, 'object_id', 'other-' || n %% 5000,
  'created', now() - n * interval '20 seconds'))).*
FROM generate_series(1, %(rows)s) n,
  (SELECT * FROM provisioning_operation WHERE state = 'done' LIMIT 1) existing
"""


@pytest.fixture
def _long_logs(acme: Tenant, alice: User, bob: User) -> None:
    """Bob's few rows, beside those of others: of a source and an application that do most."""
    with tenant_scope(acme):
        made = connect_both()
        log_of_each_kind(bob, alice, made[LISTED], 3)
    values = {
        "tenant": acme.pk,
        "rows": ROWS,
        "source": made[HIDDEN].source.pk,
        "application": made[HIDDEN].application.pk,
    }
    with connection.cursor() as cursor:
        for statement in (_TRAIL, _REQUESTS, _OPERATIONS):
            cursor.execute(statement, values)
        # What Bob has is as old as the logs are.
        for table, moment in zip(TABLES, ("at", "at", "created"), strict=True):
            cursor.execute(
                f"UPDATE {table} SET {moment} = now() - interval '12 days' "  # noqa: S608
                f"WHERE {moment} > now() - interval '10 seconds' OR {moment} = ANY(SELECT "
                f"{moment} FROM {table} ORDER BY id LIMIT 20)"
            )
            cursor.execute(f"ANALYZE {table}")


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node.get("Relation Name") in TABLES:
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


def read_by(statement: str) -> tuple[int, list[str]]:
    """Return how many rows of the logs a statement reads, and what reads them whole."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        [(plan,)] = cursor.fetchall()
    document = json.loads(plan) if isinstance(plan, str) else plan
    found = list(scans(document[0]["Plan"]))
    rows = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in found
    )
    return rows, [node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"]


@pytest.mark.usefixtures("_long_logs")
def test_a_page_reads_few_rows_whatever_is_asked(alice: User, bob: User) -> None:
    browser = signed_in(alice)
    today = timezone.localdate()
    day = (today - timedelta(days=12)).isoformat()
    microseconds = int((timezone.now() - timedelta(days=10)).timestamp() * 1_000_000)
    asked: list[dict[str, str]] = [
        {},
        {"before": f"{microseconds}.change.1"},
        *({"kind": kind} for kind in ("sign-ins", "scim", "out", "changes")),
        *({"outcome": outcome} for outcome in ("done", "failed", "waiting", "expected")),
        {"time": "hour"},
        {"from": day, "to": day},
        {"from": day, "to": day, "outcome": "failed"},
        {"q": "bob@acme.example"},
        {"q": "bob@acme.example", "from": day, "to": day},
        {"q": "bob@acme.example", "kind": "sign-ins"},
        {"q": str(bob.pk)},
        {"person": str(bob.pk)},
        {"person": str(bob.pk), "outcome": "failed"},
        {"q": "SCIM: Others"},
        {"q": f"{HIDDEN} directory"},
        {"q": f"{LISTED} directory"},
        {"q": f"{LISTED} planner"},
        {"q": "request-90000"},
        {"q": "nobody-is-called-so"},
    ]
    faults = []
    for each in asked:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(LOG, each).status_code == 200
        statements = [
            one["sql"]
            for one in captured
            if one["sql"].startswith(("SELECT", "(SELECT")) and any(t in one["sql"] for t in TABLES)
        ]
        assert statements
        for statement in statements:
            rows, whole = read_by(statement)
            if rows > MOST_READ or whole:
                faults.append((each, rows, whole, statement[:3000]))
    assert not faults, faults
