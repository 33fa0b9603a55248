"""Lists of groups in large tenants, and groups in Bulk requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import GroupNameTakenError
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, DirectoryGroup, Role
from accounts.services.profiles import create_profile
from accounts.services.roles import add_role_members
from accounts.tenancy.scoping import tenant_scope
from scim.limits import SHOWN_AFTER_CHANGE
from scim.protocol import urns
from scim.storage.group_rows import GroupKind
from scim.storage.member_statements import few_ids
from tests.conftest import crowd, person

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


def make(scim: SCIMClient, name: str, members: list[str]) -> Any:
    body = {"displayName": name, "members": [{"value": member} for member in members]}
    return scim.request("POST", "/Groups", body, expect=201)


def add(*members: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": member} for member in members]}


def remove(*members: str) -> dict[str, Any]:
    return {**add(*members), "op": "remove"}


def test_the_answer_to_a_change_shows_a_hundred_members_and_of_more_none(
    acme: Tenant, scim: SCIMClient
) -> None:
    inner = make(scim, "Inner", [])["id"]
    first, last, *people = [str(one.pk) for one in crowd(acme, SHOWN_AFTER_CHANGE)]
    group = make(scim, "Sales", [*people, first])
    path = f"/Groups/{group['id']}"

    full = scim.patch(path, add(inner))
    assert len(full["members"]) == SHOWN_AFTER_CHANGE
    assert scim.get(path) == full
    above = scim.patch(path, add(last))
    assert "members" not in above
    assert above["meta"]["version"] != full["meta"]["version"]
    assert len(scim.get(path)["members"]) == SHOWN_AFTER_CHANGE + 1
    assert len(scim.get("/Groups")["Resources"][-1]["members"]) == SHOWN_AFTER_CHANGE + 1
    assert "members" not in scim.request("PUT", path, scim.get(path), expect=200)
    assert "members" not in make(scim, "Other", [*people, first, last, inner])
    # Of people alone there are as many again, but for the group among them.
    assert len(scim.patch(path, remove(inner))["members"]) == SHOWN_AFTER_CHANGE
    assert len(scim.patch(path, remove(first))["members"]) == SHOWN_AFTER_CHANGE - 1


@pytest.mark.parametrize("wanted", ["members", "members.value", "members.display"])
def test_what_is_asked_for_of_a_hundred_members_is_shown_and_of_more_nothing(
    acme: Tenant, scim: SCIMClient, wanted: str
) -> None:
    people = [str(one.pk) for one in crowd(acme, SHOWN_AFTER_CHANGE + 1)]
    path = f"/Groups/{make(scim, 'Sales', people[2:])['id']}"

    def after(operation: Any) -> Any:
        body = {"Operations": [operation]}
        return scim.request("PATCH", f"{path}?attributes={wanted}", body, expect=200)

    assert len(after(add(people[0]))["members"]) == SHOWN_AFTER_CHANGE
    assert "members" not in after(add(people[1]))
    assert "members" not in after(add(people[1]))
    assert len(scim.get(f"{path}?attributes={wanted}")["members"]) == SHOWN_AFTER_CHANGE + 1


def test_a_group_that_is_too_large_by_far_is_read_without_its_members(
    acme: Tenant, scim: SCIMClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scim.storage.group_members.SHOWN_BY_ID", 3)
    inner = make(scim, "Inner", [])["id"]
    *people, last = [str(one.pk) for one in crowd(acme, 3)]
    path = f"/Groups/{make(scim, 'Sales', [*people, inner])['id']}"
    queries = ("", "?attributes=members", "?attributes=members.value")

    assert [len(scim.get(f"{path}{query}")["members"]) for query in queries] == [3, 3, 3]
    scim.patch(path, add(last))
    assert not [query for query in queries if "members" in scim.get(f"{path}{query}")]
    assert scim.get(f'/Groups?filter=members.value eq "{last}"&attributes=id')["Resources"]


def test_the_holders_of_a_role_are_shown_up_to_a_hundred(acme: Tenant, scim: SCIMClient) -> None:
    people = [one.pk for one in crowd(acme, SHOWN_AFTER_CHANGE + 1)]
    with tenant_scope(acme):
        add_role_members(role=Role.EDITOR, user_ids=people[2:])

    full = scim.patch("/Groups/role:editor", add(str(people[0])))
    assert len(full["members"]) == SHOWN_AFTER_CHANGE
    assert "members" not in scim.patch("/Groups/role:editor", add(str(people[1])))


def test_of_a_larger_group_one_member_above_is_looked_at(acme: Tenant, scim: SCIMClient) -> None:
    group = make(scim, "Sales", [str(one.pk) for one in crowd(acme, 300)])
    values = {"tenant": acme.pk, "key": group["id"], "most": 100}
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):  # In a table so small they cost nothing.
            cursor.execute(f"SET LOCAL enable_{way} = off")
        statement = few_ids(GroupKind.DIRECTORY)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan

    assert max(rows_of(plan[0]["Plan"])) == 101


def test_the_number_of_groups_is_kept_and_not_counted(
    acme: Tenant, scim: SCIMClient, other_scim: SCIMClient
) -> None:
    made = [make(scim, f"Group {number}", [])["id"] for number in range(4)]
    make(other_scim, "Theirs", [])
    with tenant_scope(acme):
        create_profile(name="Finance")
    with pytest.raises(GroupNameTakenError), tenant_scope(acme):
        create_group(values=GroupFields(display_name="group 1"))
    scim.request("DELETE", f"/Groups/{made[0]}", expect=204)

    for query in ("count=1", "count=0", "count=1&cursor="):
        with CaptureQueriesContext(connection) as captured:
            assert scim.get(f"/Groups?{query}")["totalResults"] == 6 + 1 + 3
        (counting,) = (each["sql"] for each in captured if "accounts_groupcount" in each["sql"])
        assert "accounts_directorygroup" not in counting
        assert not [each for each in captured if each["sql"].startswith("SELECT count(*)")]
    assert other_scim.get("/Groups?count=0")["totalResults"] == 6 + 1
    with tenant_scope(acme):
        DirectoryGroup.objects.all().delete()
    assert scim.get("/Groups?count=0")["totalResults"] == 6 + 1


def rows_of(node: Any) -> list[float]:
    inner = [rows for each in node.get("Plans", ()) for rows in rows_of(each)]
    return [node["Actual Rows"], *inner]


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


def test_a_bulk_of_many_groups_costs_as_many_statements_as_one_of_two(
    acme: Tenant, scim: SCIMClient, bob: User
) -> None:
    def statements(size: int, prefix: str) -> int:
        operations = [
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": str(number),
                "data": {
                    "displayName": f"{prefix} {number}",
                    "externalId": f"{prefix}-{number}",
                    "members": [{"value": str(bob.pk)}] * (number % 2),
                },
            }
            for number in range(size)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert bulk(scim, operations) == ["201"] * size
        return len(captured)

    scim.get("/Groups?count=0")
    assert statements(2, "few") == statements(300, "many") == 3
    assert scim.get("/Groups?count=0")["totalResults"] == 6 + 302
    (one,) = scim.get('/Groups?filter=externalId eq "many-299"')["Resources"]
    assert (one["displayName"], one["meta"]["version"]) == ("many 299", 'W/"1"')
    assert [member["value"] for member in one["members"]] == [str(bob.pk)]
    with tenant_scope(acme):
        entries = AuditEntry.objects.filter(target_id=one["id"]).order_by("pk")
        assert list(entries.values_list("action", "target", "details")) == [
            ("group.created", "many 299", {}),
            ("group.members_changed", "many 299", {"added": [str(bob.pk)]}),
        ]


def test_each_group_of_a_bulk_stands_or_falls_on_its_own(
    scim: SCIMClient, other_scim: SCIMClient, bob: User, grace: User
) -> None:
    inner = make(scim, "Inner", [])["id"]
    make(other_scim, "Theirs", [])
    groups: list[tuple[str, list[str]]] = [
        ("Sales", [str(bob.pk), str(bob.pk)]),
        ("sales", []),
        ("Theirs", []),
        ("Foreign", [str(grace.pk)]),
        ("", []),
        ("Outer", [inner, str(bob.pk)]),
        ("outer", []),
        ("INNER", []),
        ("Last", []),
    ]
    operations = [
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": str(number),
            "data": {"displayName": name, "members": [{"value": each} for each in members]},
        }
        for number, (name, members) in enumerate(groups)
    ]

    assert bulk(scim, operations) == ["201", "409", "201", "400", "400", "201", "409", "409", "201"]
    found = scim.get("/Groups")["Resources"][6:]
    members = {group["displayName"]: len(group["members"]) for group in found}
    assert members == {"Inner": 0, "Sales": 1, "Theirs": 0, "Outer": 2, "Last": 0}
