"""How many SQL statements each operation costs: pinned, and the same for any size of tenant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from accounts.tenancy.scoping import tenant_scope
from provisioning.engine.rows import lock_planning
from provisioning.models import Assignment
from tests.provisioning.engine.applications import make_application

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

BABS = {
    "userName": "babs@acme.example",
    "name": {"givenName": "Babs", "familyName": "Jensen"},
    "emails": [{"value": "babs@acme.example", "type": "work"}],
}


def statements(scim: SCIMClient, method: str, path: str, body: Any = None) -> list[str]:
    """Return the SQL of a request, without what opens and closes its savepoints."""
    with CaptureQueriesContext(connection) as captured:
        response = scim.raw(method, path, body)
    assert response.status_code < 300, response.content
    return [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]


@pytest.fixture(params=["alone", "connected"], autouse=True)
def _application(request: pytest.FixtureRequest, acme: Tenant, scim: SCIMClient) -> None:
    """Have an application that everybody is pushed to, or none: a request pays nothing for it."""
    if request.param == "alone":
        return
    with tenant_scope(acme):
        now = timezone.now()
        application = make_application("https://planner.example/scim/v2", first_plan_sent_at=now)
        Assignment.objects.create(application=application, role=Role.MEMBER)
        lock_planning(application)


@pytest.fixture
def user(scim: SCIMClient) -> Any:
    user = scim.create(BABS)
    scim.request(
        "POST", "/Groups", {"displayName": "G", "members": [{"value": user["id"]}]}, expect=201
    )
    return user


def deactivation(*, active: bool) -> Any:
    return {"Operations": [{"op": "replace", "path": "active", "value": active}]}


def test_reading_a_user_costs_the_token_with_the_row(scim: SCIMClient, user: Any) -> None:
    assert len(statements(scim, "GET", f"/Users/{user['id']}")) == 1


def test_reading_a_part_or_by_name_costs_one_more(scim: SCIMClient, user: Any) -> None:
    assert len(statements(scim, "GET", f"/Users/{user['id']}?attributes=userName")) == 2
    assert len(statements(scim, "GET", "/Users/babs@acme.example")) == 2


def test_finding_a_user_costs_no_more(scim: SCIMClient, user: Any) -> None:
    for condition in ('userName eq "babs@acme.example"', 'emails.value eq "babs@acme.example"'):
        assert len(statements(scim, "GET", f"/Users?filter={condition}")) == 2


def test_a_page_costs_three(scim: SCIMClient, user: Any) -> None:
    assert len(statements(scim, "GET", "/Users?count=1")) == 3
    assert len(statements(scim, "GET", "/Users?count=0")) == 2
    assert len(statements(scim, "GET", "/Users?count=1&cursor=")) == 3


def test_creating_a_user_costs_the_token_and_the_row_with_its_record(
    scim: SCIMClient, user: Any
) -> None:
    body = BABS | {"userName": "other@acme.example"}

    assert len(statements(scim, "POST", "/Users", body)) == 2


def test_changing_a_user_costs_one_more(scim: SCIMClient, user: Any) -> None:
    path = f"/Users/{user['id']}"
    body = {"Operations": [{"op": "replace", "path": "title", "value": "Guide"}]}

    assert len(statements(scim, "PATCH", path, body)) == 2
    assert len(statements(scim, "PATCH", path, body)) == 1  # Nothing differs any more.
    assert len(statements(scim, "PUT", path, BABS)) == 2


def test_deactivating_costs_no_more_when_no_licence_comes_back(scim: SCIMClient, user: Any) -> None:
    path = f"/Users/{user['id']}"

    assert len(statements(scim, "PATCH", path, deactivation(active=False))) == 2
    assert len(statements(scim, "PATCH", path, deactivation(active=True))) == 2


def test_leaving_and_coming_back_cost_the_same_every_time(
    scim: SCIMClient, deleting_scim: SCIMClient, user: Any
) -> None:
    path = f"/Users/{user['id']}"
    deleting_scim.get("/Users")

    assert len(statements(scim, "DELETE", path)) == 3
    assert len(statements(scim, "DELETE", path)) == 2  # Nothing is left to be done.
    assert len(statements(scim, "POST", "/Users", BABS)) == 4
    # One for each table that knows people.
    assert len(statements(deleting_scim, "DELETE", path)) <= 20


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"])
def test_discovery_costs_the_token_alone(scim: SCIMClient, path: str) -> None:
    scim.get(path)

    assert len(statements(scim, "GET", path)) == 1


def bulk_of(size: int, prefix: str) -> Any:
    return {
        "Operations": [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": str(number),
                "data": BABS | {"userName": f"{prefix}{number}@acme.example"},
            }
            for number in range(size)
        ]
    }


def test_a_bulk_of_a_thousand_creates_costs_as_many_as_one_of_two(
    scim: SCIMClient, user: Any
) -> None:
    few = statements(scim, "POST", "/Bulk", bulk_of(2, "few"))
    many = statements(scim, "POST", "/Bulk", bulk_of(1000, "many"))

    # The token; the people and their audit entries.
    assert len(few) == len(many) == 2
    assert scim.get("/Users?count=0")["totalResults"] == 1003


def test_a_bulk_that_stops_at_errors_costs_no_more_unless_there_are_any(
    scim: SCIMClient, user: Any
) -> None:
    assert len(statements(scim, "POST", "/Bulk", bulk_of(50, "b") | {"failOnErrors": 1})) == 2


@pytest.mark.usefixtures("user")
def test_the_number_of_users_is_kept_and_not_counted(
    scim: SCIMClient, deleting_scim: SCIMClient, acme: Tenant
) -> None:
    others = [scim.create({"userName": f"u{number}"}) for number in range(3)]
    deleting_scim.request("DELETE", f"/Users/{others[0]['id']}", expect=204)

    assert scim.get("/Users?count=1")["totalResults"] == 3
    assert not [sql for sql in statements(scim, "GET", "/Users?count=1") if "count(*)" in sql]
    plan = json.dumps(statements(scim, "GET", "/Users?count=1"))
    assert "accounts_usercount" in plan
    assert User._meta.db_table in plan
