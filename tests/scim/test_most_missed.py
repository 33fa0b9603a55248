"""What SCIM servers most often get wrong with real identity providers, one test each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from scim.protocol import urns

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

ENTERPRISE = urns.ENTERPRISE_USER


def babs(**more: Any) -> dict[str, Any]:
    return {"userName": "babs@acme.example", **more}


@pytest.fixture
def user(scim: SCIMClient) -> Any:
    return scim.create(babs(externalId="Ext-1"))


class TestEntra:
    def test_the_connection_test_finds_nobody_and_is_no_error(self, scim: SCIMClient) -> None:
        found = scim.get('/Users?filter=userName+eq+"e3b0c442-98fc-4c14-9afb-f4c8996fb924"')

        assert found["totalResults"] == 0
        assert found["Resources"] == []

    def test_a_string_false_deactivates(self, scim: SCIMClient, user: Any) -> None:
        scim.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})

        assert scim.get(f"/Users/{user['id']}")["active"] is False

    def test_a_filtered_target_that_is_absent_is_created(self, scim: SCIMClient, user: Any) -> None:
        path = 'phoneNumbers[type eq "work"].value'
        changed = scim.patch(
            f"/Users/{user['id']}",
            {"op": "Replace", "path": path, "value": "+32 1"},
            {"op": "Replace", "path": "name.familyName", "value": "Jensen"},
        )

        assert changed["phoneNumbers"] == [{"type": "work", "value": "+32 1"}]
        assert changed["name"]["familyName"] == "Jensen"

    def test_dotted_and_qualified_keys_without_a_path_are_paths(
        self, scim: SCIMClient, user: Any
    ) -> None:
        value = {"name.givenName": "Babs", f"{ENTERPRISE}:employeeNumber": "701984"}

        changed = scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": value})

        assert changed["name"] == {"givenName": "Babs"}
        assert changed[ENTERPRISE] == {"employeeNumber": "701984"}
        assert ENTERPRISE in changed["schemas"]
        assert "name.givenName" not in changed

    def test_an_empty_manager_is_cleared(self, scim: SCIMClient, user: Any) -> None:
        path = f"{ENTERPRISE}:manager"
        scim.patch(f"/Users/{user['id']}", {"op": "Add", "path": path, "value": "some-id"})

        changed = scim.patch(f"/Users/{user['id']}", {"op": "Replace", "path": path, "value": ""})

        assert ENTERPRISE not in changed
        assert ENTERPRISE not in changed["schemas"]

    def test_an_unquoted_literal_is_understood(self, scim: SCIMClient, user: Any) -> None:
        assert scim.ids("externalId eq Ext-1") == {user["id"]}


class TestOtherProviders:
    def test_one_login_spells_urls_and_urns_in_its_own_way(self, scim: SCIMClient) -> None:
        created = scim.create(
            {
                "schemas": [
                    "urn:scim:schemas:core:2.0",
                    "urn:scim:schemas:extension:enterprise:2.0",
                ],
                "userName": "a@b.example",
                "emails": {"value": "a@b.example"},
                "urn:scim:schemas:extension:enterprise:2.0": {"department": "Tours"},
            }
        )

        found = scim.get("/Users?filter=userName+eq+%22a%40b.example%22&")

        assert [each["id"] for each in found["Resources"]] == [created["id"]]
        assert created[ENTERPRISE] == {"department": "Tours"}
        assert created["emails"] == [{"value": "a@b.example"}]
        scim.request("PUT", f"/Users/{created['id']}?", created, expect=200)

    def test_okta_puts_the_whole_resource_back(self, scim: SCIMClient, user: Any) -> None:
        body = {**scim.get(f"/Users/{user['id']}"), "title": "Guide", "password": "s3cret"}
        body["name"] = {"givenName": "Babs", "middleName": ""}

        changed = scim.request("PUT", f"/Users/{user['id']}", body, expect=200)

        assert changed["title"] == "Guide"
        assert changed["name"] == {"givenName": "Babs"}
        assert "password" not in changed

    def test_okta_takes_somebody_back(self, scim: SCIMClient, user: Any) -> None:
        scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}})
        assert scim.ids('userName eq "babs@acme.example"') == {user["id"]}

        again = scim.request("POST", "/Users", babs(displayName="Babs"), expect=201)

        assert again["id"] == user["id"]
        assert again["active"] is True
        assert again["displayName"] == "Babs"

    def test_keycloak_sends_numbers_of_a_search_as_strings(
        self, scim: SCIMClient, user: Any
    ) -> None:
        body = {"startIndex": "1", "count": "10", "filter": 'userName sw "babs"'}

        found = scim.request("POST", "/Users/.search", body, expect=200)

        assert [each["id"] for each in found["Resources"]] == [user["id"]]


class TestFilters:
    def test_a_filter_never_widens(self, scim: SCIMClient, user: Any) -> None:
        path = '/Users?filter=userName eq "babs@acme.example" and nosuch eq "b"'

        assert scim.request("GET", path, expect=400)["scimType"] == "invalidFilter"

    def test_or_does_not_reach_another_tenant(
        self, scim: SCIMClient, other_scim: SCIMClient, user: Any
    ) -> None:
        other_scim.create({"userName": "grace@globex.example"})

        assert scim.ids('userName pr or id pr or not (userName eq "x")') == {user["id"]}

    def test_letter_case_matters_where_the_schema_says_so(
        self, scim: SCIMClient, user: Any
    ) -> None:
        assert scim.ids('externalId eq "ext-1"') == set()
        assert scim.ids('userName eq "BABS@ACME.EXAMPLE"') == {user["id"]}

    def test_wildcards_mean_themselves(self, scim: SCIMClient, user: Any) -> None:
        assert scim.ids('userName co "%"') == set()
        assert scim.ids('userName sw "b_bs"') == set()

    def test_both_conditions_of_a_value_path_hold_for_one_element(self, scim: SCIMClient) -> None:
        emails = [
            {"type": "work", "value": "y@a.example"},
            {"type": "home", "value": "x@a.example"},
        ]
        created = scim.create(babs(emails=emails))

        assert scim.ids('emails[type eq "work"].value eq "x@a.example"') == set()
        assert scim.ids('emails[type eq "work" and value co "x@"]') == set()
        assert scim.ids('emails[type eq "home"].value eq "X@a.example"') == {created["id"]}


class TestUniqueness:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_a_user_name_is_taken_in_any_letter_case(
        self, scim: SCIMClient, user: Any, method: str
    ) -> None:
        other = scim.create({"userName": "other@acme.example"})
        body: Any = babs(userName="BABS@acme.example")
        path = "/Users" if method == "POST" else f"/Users/{other['id']}"
        if method == "PATCH":
            body = {"Operations": [{"op": "replace", "value": body}]}

        error = scim.request(method, path, body, expect=409)

        assert error["scimType"] == "uniqueness"
        assert scim.get(f"/Users/{other['id']}")["userName"] == "other@acme.example"

    def test_the_same_user_name_is_free_in_another_tenant(
        self, user: Any, other_scim: SCIMClient
    ) -> None:
        other_scim.create(babs())


class TestChanges:
    def test_another_user_name_brings_no_address_that_nobody_sent(
        self, scim: SCIMClient, user: Any
    ) -> None:
        path = f"/Users/{user['id']}"

        renamed = scim.patch(path, {"op": "replace", "path": "userName", "value": "b@acme.example"})
        replaced = scim.request("PUT", path, {"userName": "c@acme.example"}, expect=200)

        assert "emails" not in renamed
        assert "emails" not in replaced
        assert scim.ids("emails pr") == set()

    def test_a_patch_is_applied_whole_or_not_at_all(self, scim: SCIMClient, user: Any) -> None:
        scim.patch(
            f"/Users/{user['id']}",
            {"op": "replace", "path": "displayName", "value": "Changed"},
            {"op": "replace", "path": "nosuch", "value": "x"},
            expect=400,
        )

        assert scim.get(f"/Users/{user['id']}") == user

    def test_nothing_moves_when_nothing_changes(self, scim: SCIMClient, user: Any) -> None:
        same = scim.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True}
        )

        assert same["meta"] == user["meta"]

    def test_a_stale_version_is_refused_and_a_known_one_not_sent_again(
        self, scim: SCIMClient, user: Any
    ) -> None:
        path, old = f"/Users/{user['id']}", user["meta"]["version"]
        new = scim.patch(path, {"op": "add", "path": "title", "value": "Guide"})["meta"]["version"]

        scim.request("DELETE", path, expect=412, If_Match=old)
        scim.request("PUT", path, babs(), expect=412, If_Match=old)
        scim.request("PATCH", path, {"Operations": []}, expect=412, If_Match=old)
        assert scim.raw("GET", path, If_None_Match=new).status_code == 304
        assert scim.raw("GET", path, If_None_Match=old).status_code == 200
        scim.request("DELETE", path, expect=204, If_Match=new)

    def test_an_answer_without_a_body_is_scim_all_the_same(
        self, scim: SCIMClient, user: Any
    ) -> None:
        path = f"/Users/{user['id']}"

        for method, headers, status in (
            ("GET", {"If_None_Match": user["meta"]["version"]}, 304),
            ("DELETE", {}, 204),
        ):
            answer = scim.raw(method, path, **headers)

            assert (answer.status_code, answer.content) == (status, b"")
            assert answer.headers["Content-Type"] == "application/scim+json"

    def test_return_minimal_is_answered_without_a_body(self, scim: SCIMClient, user: Any) -> None:
        body = {"Operations": [{"op": "add", "path": "title", "value": "Guide"}]}

        response = scim.raw("PATCH", f"/Users/{user['id']}", body, Prefer="return=minimal")

        assert response.status_code == 204
        assert response.headers["ETag"] == 'W/"2"'


class TestDeparture:
    def test_delete_deactivates_by_default(self, scim: SCIMClient, user: Any) -> None:
        scim.request("DELETE", f"/Users/{user['id']}", expect=204)

        assert scim.get(f"/Users/{user['id']}")["active"] is False
        assert scim.get("/Users")["totalResults"] == 1

    @pytest.mark.parametrize(
        "operation",
        [
            pytest.param({"op": "remove", "path": "active"}, id="removed"),
            pytest.param({"op": "replace", "path": "active", "value": None}, id="cleared"),
            pytest.param({"op": "replace", "value": {"active": ""}}, id="emptied"),
        ],
    )
    def test_taking_active_away_does_not_let_a_leaver_back_in(
        self, scim: SCIMClient, user: Any, operation: dict[str, Any], acme: Tenant
    ) -> None:
        scim.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})

        changed = scim.patch(f"/Users/{user['id']}", operation)

        assert changed["active"] is False
        with tenant_scope(acme):
            assert User.objects.get(pk=user["id"]).active is False

    def test_a_source_may_delete_for_good(self, deleting_scim: SCIMClient) -> None:
        first = deleting_scim.create(babs())
        group = deleting_scim.request(
            "POST",
            "/Groups",
            {"displayName": "Guides", "members": [{"value": first["id"]}]},
            expect=201,
        )

        deleting_scim.request("DELETE", f"/Users/{first['id']}", expect=204)

        deleting_scim.request("GET", f"/Users/{first['id']}", expect=404)
        assert deleting_scim.get(f"/Groups/{group['id']}")["members"] == []
        assert deleting_scim.create(babs())["id"] != first["id"]

    def test_a_source_may_delete_whom_it_deactivates(self, acme: Any) -> None:
        from tests.support.scim import connect  # noqa: PLC0415

        scim = connect(acme, on_deactivate="delete")
        user = scim.create(babs())

        last = scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}})

        assert last["active"] is False
        scim.request("GET", f"/Users/{user['id']}", expect=404)

    @pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT"])
    def test_the_last_admin_stays(self, scim: SCIMClient, alice: User, method: str) -> None:
        body: Any = {"Operations": [{"op": "replace", "value": {"active": False}}]}
        if method == "PUT":
            body = {"userName": alice.user_name, "active": False}

        error = scim.request(
            method, f"/Users/{alice.pk}", None if method == "DELETE" else body, expect=409
        )

        assert "last active admin" in error["detail"]
        assert scim.get(f"/Users/{alice.pk}")["active"] is True


def test_a_user_is_found_by_address_in_place_of_the_id(scim: SCIMClient) -> None:
    user = scim.create(babs(emails=[{"value": "b.jensen@acme.example", "type": "work"}]))

    assert scim.get("/Users/Babs@acme.example")["id"] == user["id"]
    assert scim.get("/Users/b.jensen@ACME.example")["id"] == user["id"]


def test_role_and_groups_are_shown_with_the_person(scim: SCIMClient, user: Any) -> None:
    inner = {"displayName": "Inner", "members": [{"value": user["id"]}]}
    inner = scim.request("POST", "/Groups", inner, expect=201)
    outer = {"displayName": "Outer", "members": [{"value": inner["id"]}]}
    outer = scim.request("POST", "/Groups", outer, expect=201)

    groups = {each["value"]: each for each in scim.get(f"/Users/{user['id']}")["groups"]}

    assert groups["role:member"]["display"] == "Role: Member"
    assert groups[inner["id"]]["type"] == "direct"
    assert groups[outer["id"]]["type"] == "indirect"
    for condition in (
        f'groups.value eq "{outer["id"]}"',
        f'groups[value eq "{outer["id"]}" and type eq "indirect"]',
        'groups[display eq "inner"]',
        'groups.value eq "role:member"',
    ):
        assert scim.ids(condition) == {user["id"]}, condition
    assert scim.ids(f'groups[value eq "{outer["id"]}" and type eq "direct"]') == set()
