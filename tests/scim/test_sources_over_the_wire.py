"""What a source is set to decides what its requests mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEntry, Role, User
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Product, Subscription
from scim.models import AttributeMapping, ExtensionAttribute, ExtensionSchema, Source
from scim.protocol import urns
from scim.services import SourceOptions, update_source
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

TOURS = "urn:example:params:scim:schemas:tours:2.0:User"


def map_field(source: Source, field: str, attribute: str, *, required: bool = False) -> None:
    with tenant_scope(source.tenant):
        AttributeMapping.objects.create(
            source=source,
            resource="User",
            field=field,
            scim_attribute=attribute,
            required=required,
        )


def characteristics(scim: SCIMClient, urn: str, name: str) -> Any:
    schema = scim.get(f"/Schemas/{urn}")
    return next(each for each in schema["attributes"] if each["name"] == name)


class TestMapping:
    def test_a_field_is_filled_from_the_attribute_it_is_mapped_to(
        self, acme: Tenant, scim: SCIMClient, source: Source
    ) -> None:
        map_field(source, "email", 'emails[type eq "home"].value')
        map_field(source, "employee_number", "nickName")

        user = scim.create(
            {
                "userName": "babs",
                "nickName": "701984",
                "emails": [
                    {"type": "work", "value": "work@acme.example"},
                    {"type": "home", "value": "home@acme.example"},
                ],
            }
        )

        assert user[urns.ENTERPRISE_USER]["employeeNumber"] == "701984"
        with tenant_scope(acme):
            assert User.objects.get(pk=user["id"]).email == "home@acme.example"

    def test_a_change_of_the_attribute_changes_the_field(
        self, scim: SCIMClient, source: Source
    ) -> None:
        map_field(source, "display_name", "nickName")
        user = scim.create({"userName": "babs", "nickName": "Babs"})

        changed = scim.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": "nickName", "value": "Barbara"}
        )

        assert user["displayName"] == "Babs"
        assert changed["displayName"] == "Barbara"

    def test_a_new_row_is_in_force_at_once(self, scim: SCIMClient, source: Source) -> None:
        scim.create({"userName": "without"})

        map_field(source, "title", "title", required=True)

        error = scim.request("POST", "/Users", {"userName": "later"}, expect=400)
        assert error["scimType"] == "invalidValue"
        assert "title" in error["detail"]
        assert characteristics(scim, urns.USER, "title")["required"] is True

    def test_a_required_row_may_be_a_value_path(self, scim: SCIMClient, source: Source) -> None:
        map_field(source, "email", 'emails[type eq "work"].value', required=True)
        home = {"userName": "a", "emails": [{"type": "home", "value": "a@b.example"}]}

        assert "work" in scim.request("POST", "/Users", home, expect=400)["detail"]
        scim.create({"userName": "a", "emails": [{"type": "work", "value": "a@b.example"}]})

    def test_the_rows_of_one_source_do_not_bind_another(
        self, acme: Tenant, scim: SCIMClient, source: Source
    ) -> None:
        map_field(source, "title", "title", required=True)

        connect(acme).create({"userName": "babs"})


class TestExtensionSchemas:
    @pytest.fixture(autouse=True)
    def _schema(self, acme: Tenant, scim: SCIMClient) -> None:
        scim.get("/Users")  # The types without the schema are compiled and kept.
        with tenant_scope(acme):
            schema = ExtensionSchema.objects.create(urn=TOURS, name="Tours")
            ExtensionAttribute.objects.create(
                schema=schema, name="level", canonical_values=["low", "high"], required=True
            )
            ExtensionAttribute.objects.create(schema=schema, name="tours", type="integer")

    def test_it_is_listed(self, scim: SCIMClient, other_scim: SCIMClient) -> None:
        assert characteristics(scim, TOURS, "level")["canonicalValues"] == ["low", "high"]
        extensions = scim.get("/ResourceTypes/User")["schemaExtensions"]
        assert {"schema": TOURS, "required": True} in extensions
        other_scim.request("GET", f"/Schemas/{TOURS}", expect=404)

    def test_its_attributes_are_checked_kept_and_found(self, scim: SCIMClient) -> None:
        def body(**values: Any) -> Any:
            return {"userName": "babs", TOURS: values}

        for wrong in ({"level": "middle"}, {"level": "low", "tours": "many"}, {"tours": 1}):
            error = scim.request("POST", "/Users", body(**wrong), expect=400)
            assert error["scimType"] == "invalidValue"

        user = scim.create(body(level="HIGH", tours="7"))

        assert user[TOURS] == {"level": "high", "tours": 7}
        assert scim.ids(f"{TOURS}:tours gt 6") == {user["id"]}
        assert scim.ids(f'{TOURS}:level eq "High"') == {user["id"]}
        assert scim.ids(f'schemas eq "{TOURS}"') == {user["id"]}


class TestOkta:
    def test_roles_and_licences_are_listed(self, acme: Tenant, scim: SCIMClient) -> None:
        product = Product.objects.create(key="crm", name="CRM")
        with tenant_scope(acme):
            Subscription.objects.create(product=product, seats=3)

        roles = scim.get("/Roles?startIndex=1&count=100")["Resources"]
        licences = scim.get("/Entitlements")["Resources"]

        assert [role["id"] for role in roles] == Role.values
        assert [(each["id"], each["displayName"]) for each in licences] == [("crm", "CRM")]
        assert roles[0]["schemas"] == [urns.OKTA_ROLE]
        assert scim.get("/Roles/admin")["displayName"] == "Admin"
        assert scim.get('/Roles?filter=id eq "admin"')["totalResults"] == 1

    def test_they_are_sorted_and_shown_in_part(self, scim: SCIMClient) -> None:
        query = "sortBy=displayName&sortOrder=descending&attributes=displayName&count=1"
        (last,) = scim.get(f"/Roles?{query}")["Resources"]

        assert last == {"schemas": [urns.OKTA_ROLE], "id": "member", "displayName": "Member"}
        assert scim.get("/Roles?sortBy=meta.location&count=1")["Resources"][0]["id"] < "admin"
        assert scim.get("/Roles/member?attributes=displayName") == last
        scim.request("GET", "/Roles?sortBy=nosuch", expect=400)

    def test_they_are_announced_when_the_source_is_set_to_it(
        self, acme: Tenant, scim: SCIMClient, source: Source
    ) -> None:
        names = [each["name"] for each in scim.get("/ResourceTypes")["Resources"]]
        assert names == ["User", "Group"]

        with tenant_scope(acme):
            options = replace(SourceOptions.of(source), lists_entitlements=True)
            update_source(source=source, options=options)

        names = [each["name"] for each in scim.get("/ResourceTypes")["Resources"]]
        assert names == ["User", "Group", "Role", "Entitlement"]
        assert scim.get(f"/Schemas/{urns.OKTA_ENTITLEMENT}")["id"] == urns.OKTA_ENTITLEMENT


class TestSearchOfEverything:
    def test_users_come_first_then_groups(self, scim: SCIMClient) -> None:
        user = scim.create({"userName": "babs", "displayName": "Guides"})
        group = scim.request("POST", "/Groups", {"displayName": "Guides"}, expect=201)
        body = {"schemas": [urns.SEARCH_REQUEST], "filter": 'displayName eq "guides"'}

        found = scim.request("POST", "/.search", body, expect=200)
        second = scim.request("POST", "/.search", body | {"startIndex": 2, "count": 1}, expect=200)

        assert [each["id"] for each in found["Resources"]] == [user["id"], group["id"]]
        assert found["totalResults"] == second["totalResults"] == 2
        assert [each["id"] for each in second["Resources"]] == [group["id"]]

    def test_a_kind_without_the_attribute_has_no_match(self, scim: SCIMClient) -> None:
        user = scim.create({"userName": "babs"})

        found = scim.get('/?filter=userName eq "babs"')

        assert [each["id"] for each in found["Resources"]] == [user["id"]]
        scim.request("GET", '/?filter=nosuch eq "babs"', expect=400)


class TestPaging:
    def test_numbers_out_of_range_are_clamped(self, scim: SCIMClient) -> None:
        for number in range(3):
            scim.create({"userName": f"u{number}"})

        assert scim.get("/Users?startIndex=0")["startIndex"] == 1
        assert scim.get("/Users?count=0") == {
            "schemas": [urns.LIST_RESPONSE],
            "totalResults": 3,
            "startIndex": 1,
            "itemsPerPage": 0,
            "Resources": [],
        }
        assert scim.get("/Users?count=-1")["itemsPerPage"] == 0
        assert scim.get("/Users?count=100000")["itemsPerPage"] == 3
        assert scim.get("/Users?startIndex=3&count=2")["itemsPerPage"] == 1
        assert scim.get("/Users?startIndex=99")["totalResults"] == 3

    def test_a_walk_by_cursor_loses_and_repeats_nobody_who_stayed(
        self, deleting_scim: SCIMClient
    ) -> None:
        scim = deleting_scim
        ids = [scim.create({"userName": f"u{number:02}"})["id"] for number in range(30)]
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = scim.get(f"/Users?cursor={cursor}&count=4&attributes=userName")
            seen += [user["id"] for user in page["Resources"]]
            scim.request("DELETE", f"/Users/{seen[-1]}", expect=204)
            scim.create({"userName": f"new after {len(seen)}"})
            cursor = page.get("nextCursor") if len(seen) < 40 else None

        assert set(ids) <= set(seen)
        assert len(seen) == len(set(seen))

    def test_a_cursor_is_bound_to_its_query_and_tenant(
        self, scim: SCIMClient, other_scim: SCIMClient
    ) -> None:
        for number in range(3):
            scim.create({"userName": f"u{number}"})
        cursor = scim.get("/Users?cursor=&count=1")["nextCursor"]

        for client, query in [
            (scim, f"cursor={cursor}&filter=userName pr"),
            (scim, f"cursor={cursor}&sortBy=userName"),
            (other_scim, f"cursor={cursor}"),
        ]:
            error = client.request("GET", f"/Users?{query}", expect=400)
            assert error["scimType"] == "invalidCursor"


def test_changes_are_recorded_under_the_sources_name(
    acme: Tenant, scim: SCIMClient, source: Source
) -> None:
    user = scim.create({"userName": "babs"})

    with tenant_scope(acme):
        entry = AuditEntry.objects.get(target_id=user["id"])
    assert entry.actor == f"SCIM: {source.name}"
    assert entry.action == "user.created"


def test_only_what_is_asked_for_is_shown(scim: SCIMClient) -> None:
    user = scim.create({"userName": "babs", "title": "Guide", "name": {"givenName": "Babs"}})
    path = f"/Users/{user['id']}"

    assert scim.get(f"{path}?attributes=userName").keys() == {"schemas", "id", "userName"}
    assert "title" not in scim.get(f"{path}?excludedAttributes=title")
    both = {"schemas", "id", "userName", "title"}
    assert scim.get(f"{path}?attributes=userName&attributes=title").keys() == both
    assert scim.get("/Users?attributes=userName&attributes=title")["Resources"][0].keys() == both
    listed = scim.get("/Users?attributes=name.givenName")["Resources"]
    assert listed == [{"schemas": [urns.USER], "id": user["id"], "name": {"givenName": "Babs"}}]
