"""What a change of a person costs the database, and that those changed lately are still found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identifiers import uuid7
from accounts.models import User
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from typing import Any

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

_POSTGRES_16 = 160_000
_LONG_AGO = "2020-01-01T00:00:00Z"


def person_of(scim: SCIMClient, number: int = 0) -> Any:
    return scim.create({"userName": f"user{number}@acme.example", "externalId": f"e{number}"})


def kept_indexes() -> int:
    """Return how many changed rows of people left their other indexes alone until now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated('accounts_user'::regclass)")
        return int(cursor.fetchone()[0])


def test_switching_a_person_leaves_the_indexes_alone(scim: SCIMClient) -> None:
    path = f"/Users/{person_of(scim)['id']}"
    before = kept_indexes()

    for active in (False, True):
        scim.patch(path, {"op": "replace", "path": "active", "value": active})

    # Before PostgreSQL 16, an index of block ranges counts as any other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        (version,) = cursor.fetchone()
    assert kept_indexes() - before == (2 if version >= _POSTGRES_16 else 0)


def test_who_changed_lately_is_found_without_reading_everybody(
    acme: Tenant, scim: SCIMClient
) -> None:
    with tenant_scope(acme):
        User.objects.bulk_create(
            User(tenant=acme, id=uuid7(), user_name=f"old{n}", last_modified=_LONG_AGO)
            for n in range(3_000)
        )
    changed = person_of(scim)
    with connection.cursor() as cursor:
        cursor.execute("SELECT brin_summarize_new_values('user_last_modified')")
        cursor.execute("ANALYZE accounts_user")

    with CaptureQueriesContext(connection) as captured:
        condition = 'meta.lastModified gt "2021-01-01T00:00:00Z"'
        found = scim.get(f"/Users?filter={condition}&attributes=id")["Resources"]

    assert changed["id"] in [one["id"] for one in found]
    assert len(found) < 5  # The admin of the tenant and whom the test made.
    statements = [each["sql"] for each in captured if "last_modified >" in each["sql"]]
    assert statements
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # So few people are read in no time.
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement.replace('%', '%%')}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "user_last_modified" in plan, plan
