"""Bulk requests (RFC 7644, Section 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import AuditEntry
from accounts.tenancy.scoping import tenant_scope
from scim.protocol import urns

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient


def post(name: str, **more: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/Users",
        "bulkId": name or "empty",
        "data": {"userName": name},
        **more,
    }


def bulk(scim: SCIMClient, *operations: Any, **more: Any) -> list[Any]:
    body = {"schemas": [urns.BULK_REQUEST], "Operations": list(operations), **more}
    message = scim.request("POST", "/Bulk", body, expect=200)
    assert message["schemas"] == [urns.BULK_RESPONSE]
    operations_done: list[Any] = message["Operations"]
    return operations_done


def statuses(results: list[Any]) -> list[str]:
    return [result["status"] for result in results]


def test_references_are_resolved_whatever_the_order(scim: SCIMClient) -> None:
    group = {
        "method": "POST",
        "path": "/Groups",
        "bulkId": "g",
        "data": {"displayName": "Guides", "members": [{"value": "bulkId:babs"}]},
    }

    results = bulk(scim, group, post("babs"), post("bob"))

    assert statuses(results) == ["201", "201", "201"]
    made = scim.get(results[0]["location"].partition("/scim/v2")[2])
    assert results[1]["location"].endswith(made["members"][0]["value"])
    assert results[1]["version"] == 'W/"1"'
    assert results[1]["bulkId"] == "babs"


def test_each_operation_stands_on_its_own(scim: SCIMClient) -> None:
    scim.create({"userName": "taken"})

    results = bulk(scim, post("babs"), post("TAKEN"), post(""), post("BABS", bulkId="twice"))

    assert statuses(results) == ["201", "409", "400", "409"]
    assert results[1]["response"]["scimType"] == "uniqueness"
    assert "location" not in results[1]
    assert scim.get("/Users")["totalResults"] == 2


def test_nothing_is_done_after_the_last_error_allowed(scim: SCIMClient) -> None:
    results = bulk(scim, post("babs"), post(""), post("bob"), failOnErrors=1)

    assert statuses(results) == ["201", "400"]
    assert scim.get("/Users")["totalResults"] == 1


def test_a_set_that_must_stop_at_an_error_leaves_no_trace_of_what_follows(
    scim: SCIMClient, acme: Tenant
) -> None:
    scim.create({"userName": "taken"})

    results = bulk(scim, post("babs"), post("bob"), post("TAKEN"), post("carol"), failOnErrors=1)

    assert statuses(results) == ["201", "201", "409"]
    assert scim.get("/Users")["totalResults"] == 3
    with tenant_scope(acme):
        entries = AuditEntry.objects.filter(action="user.created").order_by("id")
        assert [entry.target for entry in entries] == ["taken", "babs", "bob"]


def test_errors_up_to_those_allowed_do_not_stop_the_run(scim: SCIMClient) -> None:
    results = bulk(scim, post("babs"), post(""), post("bob"), post("bob"), failOnErrors=3)

    assert statuses(results) == ["201", "400", "201", "400"]


def test_none_allowed_means_that_none_was_named(scim: SCIMClient) -> None:
    results = bulk(scim, post(""), post("babs"), failOnErrors=0)

    assert statuses(results) == ["400", "201"]


def test_every_kind_of_operation_is_carried_out(scim: SCIMClient) -> None:
    user = scim.create({"userName": "babs"})
    path = f"/Users/{user['id']}"
    patch = {"Operations": [{"op": "add", "path": "title", "value": "Guide"}]}

    results = bulk(
        scim,
        {"method": "PUT", "path": path, "data": {"userName": "babs", "displayName": "Babs"}},
        {"method": "PATCH", "path": path, "data": patch},
        {"method": "PATCH", "path": path, "data": patch, "version": 'W/"1"'},
        {"method": "DELETE", "path": path},
        {"method": "DELETE", "path": "/Users/nobody"},
        {"method": "GET", "path": path},
    )

    assert statuses(results) == ["200", "200", "412", "204", "404", "400"]
    assert all(result["location"].endswith(user["id"]) for result in results[:4])
    assert scim.get(path)["active"] is False
    assert scim.get(path)["title"] == "Guide"


def test_what_is_over_the_announced_limits_is_refused(scim: SCIMClient) -> None:
    limits = scim.get("/ServiceProviderConfig")["bulk"]
    operations = [post(f"u{number}") for number in range(limits["maxOperations"] + 1)]

    scim.request("POST", "/Bulk", {"Operations": operations}, expect=413)
    long = {"Operations": [post("babs", data={"userName": "x" * limits["maxPayloadSize"]})]}
    scim.request("POST", "/Bulk", long, expect=413)

    assert scim.get("/Users")["totalResults"] == 0


def test_somebody_inactive_comes_back_by_bulk_too(scim: SCIMClient) -> None:
    user = scim.create({"userName": "babs", "active": False})

    results = bulk(scim, post("babs"), post("bob"))

    assert statuses(results) == ["201", "201"]
    assert results[0]["location"].endswith(user["id"])
    assert scim.get(f"/Users/{user['id']}")["active"] is True


def test_a_title_that_looks_like_a_reference_is_a_title(scim: SCIMClient) -> None:
    data = {"userName": "babs", "title": "bulkId:a"}

    results = bulk(scim, post("a", data=data))

    assert statuses(results) == ["201"]
    assert scim.get(results[0]["location"].partition("/scim/v2")[2])["title"] == "bulkId:a"


ENTERPRISE = urns.ENTERPRISE_USER


def managed(name: str, manager: str) -> dict[str, Any]:
    data = {
        "userName": name,
        "active": True,
        ENTERPRISE: {"manager": {"value": f"bulkId:{manager}"}},
    }
    return post(name, data=data)


def test_people_who_manage_each_other_are_made(scim: SCIMClient) -> None:
    follower = {ENTERPRISE: {"manager": "bulkId:a"}, "userName": "c"}

    results = bulk(scim, post("c", data=follower), managed("a", "b"), managed("b", "a"))

    assert statuses(results) == ["201", "201", "201"]
    follower_, a, b = (scim.get(each["location"].partition("/scim/v2")[2]) for each in results)
    assert a[ENTERPRISE]["manager"]["value"] == b["id"]
    assert b[ENTERPRISE]["manager"]["value"] == a["id"]
    assert follower_[ENTERPRISE]["manager"]["value"] == a["id"]
    assert results[1]["version"] == a["meta"]["version"]


def test_a_circle_that_cannot_be_is_a_conflict_and_leaves_nothing(scim: SCIMClient) -> None:
    def group(name: str, member: str) -> dict[str, Any]:
        data = {"displayName": name, "members": [{"value": f"bulkId:{member}"}]}
        return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}

    results = bulk(scim, group("a", "b"), group("b", "a"), managed("x", "y"), managed("y", "x"))
    taken = bulk(scim, managed("x", "v"), managed("v", "x"))

    assert statuses(results) == ["409", "409", "201", "201"]
    assert statuses(taken) == ["409", "409"]
    assert scim.get("/Users")["totalResults"] == 2
    assert not [each for each in scim.get("/Groups")["Resources"] if ":" not in each["id"]]
