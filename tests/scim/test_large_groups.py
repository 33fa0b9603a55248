"""Lists of groups in large tenants, and groups in Bulk requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Role
from accounts.scoping import tenant_scope
from scim.protocol import urns
from tests.conftest import person

if TYPE_CHECKING:
    from accounts.models import Tenant, User
    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db


def bulk(scim: SCIMClient, operations: list[Any], **more: Any) -> list[str]:
    body = {"schemas": [urns.BULK_REQUEST], "Operations": operations, **more}
    answer = scim.request("POST", "/Bulk", body, expect=200)
    return [operation["status"] for operation in answer["Operations"]]


def test_a_role_that_few_hold_is_found_along_the_index_of_roles(
    acme: Tenant, bob: User, scim: SCIMClient
) -> None:
    editor = person(acme, "Eve", Role.EDITOR)
    with CaptureQueriesContext(connection) as captured:
        found = scim.get("/Groups?attributes=members")["Resources"]

    members = {group["id"]: [each["value"] for each in group["members"]] for group in found}
    assert members["role:editor"] == [str(editor.pk)]
    assert members["role:member"] == [str(bob.pk)]
    (statement,) = (each["sql"] for each in captured if "CROSS JOIN LATERAL" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # In a table of two rows it costs nothing.
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "user_role" in plan


def test_every_operation_of_a_bulk_is_in_the_audit_trail(acme: Tenant, scim: SCIMClient) -> None:
    user = {"method": "POST", "path": "/Users"}
    group = {"method": "POST", "path": "/Groups"}
    adding = {"schemas": [urns.PATCH_OP]}
    operations = [
        *({**user, "bulkId": f"u{n}", "data": {"userName": f"u{n}"}} for n in range(3)),
        *({**group, "bulkId": f"g{n}", "data": {"displayName": f"G{n}"}} for n in range(3)),
        *(
            {
                "method": "PATCH",
                "path": "/Groups/bulkId:g0",
                "data": adding
                | {
                    "Operations": [
                        {"op": "add", "path": "members", "value": [{"value": f"bulkId:u{n}"}]}
                    ]
                },
            }
            for n in range(3)
        ),
    ]

    assert bulk(scim, operations) == ["201"] * 6 + ["200"] * 3

    with tenant_scope(acme):
        entries = AuditEntry.objects.filter(actor__startswith="SCIM: ")
        actions = list(entries.order_by("pk").values_list("action", flat=True))
    assert actions == (["user.created"] * 3 + ["group.created"] * 3 + ["group.members_changed"] * 3)


def test_groups_after_the_last_error_allowed_are_not_made(scim: SCIMClient) -> None:
    names = ["A", "a", "", "B"]
    operations = [
        {"method": "POST", "path": "/Groups", "bulkId": str(n), "data": {"displayName": name}}
        for n, name in enumerate(names)
    ]

    assert bulk(scim, operations, failOnErrors=2) == ["201", "409", "400"]
    assert scim.get('/Groups?filter=displayName eq "B"')["totalResults"] == 0
