"""``/Groups``: roles, access profiles and directory groups over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identifiers import uuid7
from accounts.models import AccessProfile, DirectoryGroup, DirectoryGroupMember, Role, User
from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from scim.limits import SHOWN_AFTER_CHANGE
from scim.protocol import urns
from tests.conftest import crowd, person

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

ROLES = [
    "role:member",
    "role:editor",
    "role:changeRequestManager",
    "role:accessReviewManager",
    "role:connectorAdmin",
    "role:admin",
]


def make(scim: SCIMClient, name: str, *members: Any, **more: Any) -> Any:
    body = {
        "schemas": [urns.GROUP],
        "displayName": name,
        "members": [{"value": str(getattr(member, "pk", member))} for member in members],
        **more,
    }
    return scim.request("POST", "/Groups", body, expect=201)


def members(group: Any) -> set[str]:
    return {member["value"] for member in group["members"]}


def find(scim: SCIMClient, condition: str, **more: str) -> list[str]:
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    page = scim.get(f"/Groups?filter={quote(condition)}{query}")
    assert page["totalResults"] == len(page["Resources"])
    return [group["id"] for group in page["Resources"]]


def add(*people: Any) -> dict[str, Any]:
    return {
        "op": "Add",
        "path": "members",
        "value": [{"$ref": None, "value": str(one.pk)} for one in people],
    }


@pytest.fixture
def finance(acme: Tenant) -> AccessProfile:
    with tenant_scope(acme):
        return create_profile(name="Finance")


class TestDirectoryGroups:
    def test_a_group_is_made_read_replaced_and_deleted(
        self, scim: SCIMClient, alice: User, bob: User
    ) -> None:
        made = make(scim, "Sales", bob, externalId="x-1")
        path = f"/Groups/{made['id']}"

        assert made["members"] == [
            {
                "value": str(bob.pk),
                "$ref": f"http://127.0.0.1:8000/scim/v2/Users/{bob.pk}",
                "type": "User",
            }
        ]
        assert made["meta"]["location"].endswith(path)
        assert scim.get(path) == made
        changed = scim.request(
            "PUT",
            path,
            {**made, "displayName": "Sold", "members": [{"value": str(alice.pk)}]},
            expect=200,
        )
        assert (changed["displayName"], changed["externalId"]) == ("Sold", "x-1")
        assert members(changed) == {str(alice.pk)}
        assert changed["meta"]["version"] != made["meta"]["version"]
        scim.request("DELETE", path, expect=204)
        scim.request("GET", path, expect=404)
        scim.request("DELETE", path, expect=404)

    def test_a_new_group_was_never_changed(self, scim: SCIMClient, bob: User) -> None:
        with_one = make(scim, "Sales", bob)
        nested = make(scim, "Everybody", with_one["id"], bob)

        for group in (make(scim, "Empty"), with_one, nested):
            assert group["meta"]["lastModified"] == group["meta"]["created"]
            assert group["meta"]["version"] == 'W/"1"'

    def test_an_empty_group_says_so(self, scim: SCIMClient) -> None:
        assert make(scim, "Empty")["members"] == []

    def test_a_name_is_taken_in_any_letter_case(self, scim: SCIMClient) -> None:
        make(scim, "Sales")
        other = make(scim, "Other")
        body = {"displayName": "SALES"}

        for method, path, sent in (
            ("POST", "/Groups", body),
            ("PUT", f"/Groups/{other['id']}", body),
            (
                "PATCH",
                f"/Groups/{other['id']}",
                {
                    "schemas": [urns.PATCH_OP],
                    "Operations": [{"op": "replace", "path": "displayName", "value": "sALES"}],
                },
            ),
        ):
            error = scim.request(method, path, sent, expect=409)
            assert error["scimType"] == "uniqueness"

    def test_a_group_needs_a_name(self, scim: SCIMClient) -> None:
        assert (
            scim.request("POST", "/Groups", {"externalId": "x"}, expect=400)["scimType"]
            == "invalidValue"
        )

    def test_entra_s_extra_schema_is_ignored(self, scim: SCIMClient) -> None:
        extra = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
        made = make(scim, "Entra", schemas=[urns.GROUP, extra], meta={"resourceType": "Group"})
        assert made["schemas"] == [urns.GROUP]

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_unknown_and_foreign_members_are_refused(
        self, scim: SCIMClient, bob: User, grace: User, method: str
    ) -> None:
        made = make(scim, "Sales", bob)
        for stranger in (str(uuid7()), str(grace.pk), "nobody", "role:editor"):
            value = [{"value": stranger}]
            bodies = {
                "POST": {"displayName": "New", "members": value},
                "PUT": {"displayName": "Changed", "members": value},
                "PATCH": {
                    "schemas": [urns.PATCH_OP],
                    "Operations": [
                        {"op": "replace", "path": "displayName", "value": "Changed"},
                        {"op": "add", "path": "members", "value": value},
                    ],
                },
            }
            path = "/Groups" if method == "POST" else f"/Groups/{made['id']}"
            error = scim.request(method, path, bodies[method], expect=400)
            assert error["scimType"] == "invalidValue"
        assert scim.get(f"/Groups/{made['id']}") == made

    def test_a_nested_group_is_a_member_and_a_cycle_is_refused(
        self, scim: SCIMClient, bob: User
    ) -> None:
        inner = make(scim, "Inner", bob)
        outer = make(scim, "Outer", inner["id"])

        assert outer["members"][0]["type"] == "Group"
        assert outer["members"][0]["$ref"] == inner["meta"]["location"]
        groups = {g["value"]: g["type"] for g in scim.get(f"/Users/{bob.pk}")["groups"]}
        assert groups[inner["id"]] == "direct"
        assert groups[outer["id"]] == "indirect"
        scim.patch(
            f"/Groups/{inner['id']}",
            {"op": "add", "path": "members", "value": [{"value": outer["id"]}]},
            expect=400,
        )

    def test_a_stale_client_is_refused_and_a_current_one_saves_a_body(
        self, scim: SCIMClient, bob: User
    ) -> None:
        made = make(scim, "Sales")
        path, etag = f"/Groups/{made['id']}", made["meta"]["version"]
        assert scim.raw("GET", path, If_None_Match=etag).status_code == 304

        patch = {"schemas": [urns.PATCH_OP], "Operations": [add(bob)]}
        changed = scim.request("PATCH", path, patch, expect=200, If_Match=etag)
        assert changed["meta"]["version"] != etag
        for method, body in (("PATCH", patch), ("PUT", made), ("DELETE", None)):
            scim.request(method, path, body, expect=412, If_Match=etag)
        assert members(scim.get(path)) == {str(bob.pk)}

    def test_members_that_are_not_wanted_are_not_read(self, scim: SCIMClient, bob: User) -> None:
        made = make(scim, "Sales", bob)
        for path in (f"/Groups/{made['id']}?", "/Groups?"):
            with CaptureQueriesContext(connection) as queries:
                scim.get(f"{path}excludedAttributes=members")
            assert "accounts_directorygroupmember" not in str(queries.captured_queries)


class TestPatch:
    @pytest.fixture
    def sales(self, scim: SCIMClient, alice: User, bob: User) -> Any:
        return make(scim, "Sales", alice, bob)

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "BOB"}]},
            {"op": "remove", "path": 'members[value eq "BOB"]'},
            {"op": "remove", "path": "members", "value": [{"value": "BOB"}]},
            {"op": "replace", "path": "members", "value": [{"value": "ALICE", "display": "a"}]},
            {"op": "replace", "value": {"members": [{"value": "ALICE"}]}},
            {"op": "remove", "path": 'members[display eq "bob"]'},
        ],
    )
    def test_every_shape_of_removing_one(
        self, scim: SCIMClient, sales: Any, alice: User, bob: User, operation: Any
    ) -> None:
        text = str(operation).replace("BOB", str(bob.pk)).replace("ALICE", str(alice.pk))
        changed = scim.patch(f"/Groups/{sales['id']}", eval(text))  # noqa: S307 - our own text
        assert members(changed) == {str(alice.pk)}

    def test_remove_without_a_value_empties_the_group(self, scim: SCIMClient, sales: Any) -> None:
        changed = scim.patch(f"/Groups/{sales['id']}", {"op": "remove", "path": "members"})
        assert changed["members"] == []

    def test_okta_renames_without_a_path(self, scim: SCIMClient, sales: Any) -> None:
        changed = scim.patch(
            f"/Groups/{sales['id']}",
            {"op": "replace", "value": {"id": sales["id"], "displayName": "New name"}},
        )
        assert changed["displayName"] == "New name"
        assert members(changed) == members(sales)

    def test_nothing_is_half_applied(self, scim: SCIMClient, sales: Any) -> None:
        scim.patch(
            f"/Groups/{sales['id']}",
            {"op": "replace", "path": "displayName", "value": "Changed"},
            {"op": "replace", "path": "nosuch", "value": "x"},
            expect=400,
        )
        assert scim.get(f"/Groups/{sales['id']}") == sales

    def test_a_patch_without_effect_changes_nothing(
        self, scim: SCIMClient, sales: Any, bob: User
    ) -> None:
        assert scim.patch(f"/Groups/{sales['id']}", add(bob)) == sales

    def test_a_large_group_is_answered_without_its_members(
        self, scim: SCIMClient, acme: Tenant, sales: Any, bob: User
    ) -> None:
        with tenant_scope(acme):
            DirectoryGroupMember.objects.bulk_create(
                DirectoryGroupMember(group_id=sales["id"], user=user) for user in crowd(acme, 1_001)
            )
        carol = person(acme, "Carol")

        assert "members" not in scim.patch(f"/Groups/{sales['id']}", add(carol))
        assert "members" not in scim.get("/Groups")["Resources"][-1]
        assert len(scim.get(f"/Groups/{sales['id']}")["members"]) == 1_004

    @pytest.mark.parametrize("size", [0, 500])
    def test_adding_a_member_takes_at_most_four_statements_in_any_group(
        self, scim: SCIMClient, acme: Tenant, bob: User, size: int
    ) -> None:
        large = make(scim, "Large", *crowd(acme, size))
        scim.get("/Groups?count=0")  # The source's schemas are compiled once per process.

        with CaptureQueriesContext(connection) as queries:
            scim.patch(f"/Groups/{large['id']}", add(bob))

        # Token, group, the change with its record, members of the answer if it shows them.
        assert len(queries) == (4 if size < SHOWN_AFTER_CHANGE else 3)

    @pytest.mark.parametrize("size", [0, 500])
    @pytest.mark.parametrize("path", ["members", 'members[value eq "{member}"]'])
    def test_removing_a_member_takes_four_statements_in_any_group(
        self, scim: SCIMClient, acme: Tenant, bob: User, size: int, path: str
    ) -> None:
        large = make(scim, "Large", bob, *crowd(acme, size))
        scim.get("/Groups?count=0")  # The source's schemas are compiled once per process.
        operation: dict[str, Any] = {"op": "remove", "path": path.format(member=bob.pk)}
        if path == "members":
            operation["value"] = [{"value": str(bob.pk)}]

        with CaptureQueriesContext(connection) as queries:
            answer = scim.patch(f"/Groups/{large['id']}", operation)

        # Token, group, the change with its record, members: there may be few enough now.
        assert len(queries) == 4
        assert answer["meta"]["version"] != large["meta"]["version"]


class TestRoles:
    def test_the_six_roles_are_listed_first(self, scim: SCIMClient, bob: User) -> None:
        make(scim, "Sales")
        page = scim.get("/Groups")

        assert [group["id"] for group in page["Resources"]][:6] == ROLES
        assert page["totalResults"] == 7
        assert members(page["Resources"][0]) == {str(bob.pk)}

    def test_adding_moves_people_and_removing_makes_them_members(
        self, scim: SCIMClient, alice: User, bob: User
    ) -> None:
        assert members(scim.patch("/Groups/role:editor", add(bob))) == {str(bob.pk)}
        assert scim.get("/Groups/role:member")["members"] == []
        scim.patch("/Groups/role:connectorAdmin", add(bob))
        assert scim.get("/Groups/role:editor")["members"] == []
        scim.patch(
            "/Groups/role:connectorAdmin",
            {"op": "remove", "path": f'members[value eq "{bob.pk}"]'},
        )
        assert members(scim.get("/Groups/role:member")) == {str(bob.pk)}

    def test_put_replaces_the_members(self, scim: SCIMClient, alice: User, bob: User) -> None:
        editor = scim.get("/Groups/role:editor")
        editor["members"] = [{"value": str(bob.pk)}]
        assert members(scim.request("PUT", "/Groups/role:editor", editor, expect=200)) == {
            str(bob.pk)
        }
        scim.request("PUT", "/Groups/role:editor", {"members": []}, expect=200)
        assert members(scim.get("/Groups/role:member")) == {str(bob.pk)}

    def test_put_without_members_leaves_a_role_alone(self, scim: SCIMClient, alice: User) -> None:
        changed = scim.request("PUT", "/Groups/role:admin", {"displayName": "Admin"}, expect=200)
        assert members(changed) == {str(alice.pk)}

    def test_the_last_admin_stays(
        self, scim: SCIMClient, acme: Tenant, alice: User, bob: User
    ) -> None:
        scim.patch("/Groups/role:admin", {"op": "remove", "path": "members"}, expect=409)
        scim.patch("/Groups/role:editor", add(alice, bob), expect=409)
        scim.request("PUT", "/Groups/role:admin", {"members": []}, expect=409)
        with tenant_scope(acme):
            assert User.objects.get(role=Role.ADMIN) == alice
            assert not User.objects.filter(role=Role.EDITOR).exists()

    def test_a_role_is_neither_renamed_nor_deleted(self, scim: SCIMClient) -> None:
        scim.request("DELETE", "/Groups/role:editor", expect=403)
        path = "/Groups/role:editor"
        scim.patch(path, {"op": "replace", "path": "displayName", "value": "Writers"})
        scim.patch(path, {"op": "replace", "value": {"displayName": "Editor"}})
        scim.request("PUT", path, {"displayName": "x" * 300}, expect=200)
        scim.request("PUT", path, {"displayName": " "}, expect=200)
        assert scim.get(path)["displayName"] == "Role: Editor"

    def test_a_group_cannot_hold_a_role(self, scim: SCIMClient) -> None:
        group = make(scim, "Sales")
        operation = {"op": "add", "path": "members", "value": [{"value": group["id"]}]}
        scim.patch("/Groups/role:editor", operation, expect=400)

    def test_there_are_no_other_roles(self, scim: SCIMClient) -> None:
        for key in ("role:owner", "role:", "role:Editor", "profile:x", "profile:0", "x", "%00"):
            scim.request("GET", f"/Groups/{quote(key)}", expect=404)


class TestProfiles:
    def test_members_change_and_nothing_else(
        self, scim: SCIMClient, finance: AccessProfile, bob: User
    ) -> None:
        path = f"/Groups/profile:{finance.pk}"
        before = scim.get(path)
        assert (before["id"], before["displayName"]) == (
            f"profile:{finance.pk}",
            "Access profile: Finance",
        )

        changed = scim.patch(path, add(bob))
        assert members(changed) == {str(bob.pk)}
        assert changed["meta"]["version"] != before["meta"]["version"]
        kept = scim.request("PUT", path, {**changed, "externalId": "okta-7"}, expect=200)
        assert kept["externalId"] == "okta-7"
        assert find(scim, 'externalId eq "okta-7"') == [f"profile:{finance.pk}"]
        emptied = scim.request("PUT", path, {"displayName": "Other", "members": []}, expect=200)
        assert emptied["displayName"] == "Access profile: Finance"
        scim.request("DELETE", path, expect=403)
        assert members(scim.get(path)) == set()

    def test_the_default_profile_does_not_exist(self, scim: SCIMClient, acme: Tenant) -> None:
        with tenant_scope(acme):
            default = AccessProfile.objects.get(is_default=True)
        scim.request("GET", f"/Groups/profile:{default.pk}", expect=404)
        assert scim.get("/Groups")["totalResults"] == 6


class TestFilters:
    def test_every_kind_is_found(
        self, scim: SCIMClient, finance: AccessProfile, alice: User, bob: User
    ) -> None:
        profile = f"profile:{finance.pk}"
        scim.patch(f"/Groups/{profile}", add(bob))
        inner = make(scim, "Inner", externalId="Case-1")["id"]
        sales = make(scim, "Sales", bob, inner)["id"]

        cases = {
            'displayName eq "sALES"': [sales],
            'displayName eq "editor"': [],
            'displayName eq "role: EDITOR"': ["role:editor"],
            'displayName eq "FINANCE"': [],
            'displayName eq "access profile: FINANCE"': [profile],
            'id eq "role:editor"': ["role:editor"],
            f'id eq "{sales}"': [sales],
            f'id eq "{profile}"': [profile],
            'externalId eq "Case-1"': [inner],
            'externalId eq "case-1"': [],
            f'members eq "{bob.pk}"': ["role:member", profile, sales],
            f'members[value eq "{bob.pk}"]': ["role:member", profile, sales],
            f'members.value eq "{inner}"': [sales],
            f'members eq "{uuid7()}"': [],
            'members eq "role:editor"': [],
            f'id eq "{sales}" and members eq "{bob.pk}"': [sales],
            f'id eq "{sales}" and members eq "{alice.pk}"': [],
            f'id eq "role:admin" and members eq "{alice.pk}"': ["role:admin"],
            'members[display eq "bob" and type eq "User"]': ["role:member", profile, sales],
            'members.type eq "Group"': [sales],
            "externalId pr": [inner],
            'displayName sw "in"': [inner],
            'displayName co "%"': [],
            f'not (displayName co "e") and members eq "{bob.pk}"': [],
            'meta.created gt "2099-01-01T00:00:00Z"': [],
            'meta.resourceType eq "Group" and displayName eq "Sales"': [sales],
            f'members eq "{alice.pk}" or displayName eq "inner"': ["role:admin", inner],
        }
        assert {condition: find(scim, condition) for condition in cases} == cases

    def test_an_unknown_attribute_is_refused(self, scim: SCIMClient) -> None:
        for condition in ('nosuch eq "x"', 'displayName eq "x" and userName eq "y"', "members["):
            error = scim.request("GET", f"/Groups?filter={quote(condition)}", expect=400)
            assert error["scimType"] == "invalidFilter"

    def test_entra_s_probe_of_a_membership(self, scim: SCIMClient, bob: User) -> None:
        sales = make(scim, "Sales", bob)["id"]
        condition = f'id eq "{sales}" and members eq "{bob.pk}"'
        page = scim.get(f"/Groups?filter={quote(condition)}&attributes=id")
        assert page["Resources"] == [{"schemas": [urns.GROUP], "id": sales}]


class TestPages:
    def test_pages_by_index_and_by_cursor_cover_every_group_once(
        self, scim: SCIMClient, finance: AccessProfile
    ) -> None:
        made = [make(scim, f"Group {i}")["id"] for i in range(7)]
        expected = [*ROLES, f"profile:{finance.pk}", *made]

        by_index = [
            group["id"]
            for start in range(1, 16, 4)
            for group in scim.get(f"/Groups?startIndex={start}&count=4")["Resources"]
        ]
        assert by_index == expected
        for order in ("", "&sortBy=displayName&sortOrder=descending", "&sortBy=externalId"):
            cursor: str | None = ""
            seen: list[str] = []
            while cursor is not None:
                page = scim.get(f"/Groups?cursor={cursor}&count=4{order}")
                seen += [group["id"] for group in page["Resources"]]
                cursor = page.get("nextCursor")
            assert sorted(seen) == sorted(expected)
            assert order or seen == expected

    def test_groups_are_sorted_across_the_kinds(
        self, scim: SCIMClient, finance: AccessProfile
    ) -> None:
        make(scim, "aardvarks")
        names = [
            group["displayName"] for group in scim.get("/Groups?sortBy=displayName")["Resources"]
        ]
        assert names == sorted(names, key=str.lower)
        assert names[:2] == ["aardvarks", "Access profile: Finance"]

    def test_count_zero_only_counts(self, scim: SCIMClient) -> None:
        page = scim.get("/Groups?count=0")
        assert (page["totalResults"], page["Resources"]) == (6, [])

    def test_a_search_request_is_answered_alike(self, scim: SCIMClient) -> None:
        body = {
            "schemas": [urns.SEARCH_REQUEST],
            "filter": 'displayName eq "Role: Editor"',
            "startIndex": "1",
        }
        page = scim.request("POST", "/Groups/.search", body, expect=200)
        assert [group["id"] for group in page["Resources"]] == ["role:editor"]

    def test_a_list_with_members_takes_three_statements(self, scim: SCIMClient, bob: User) -> None:
        make(scim, "Sales", bob)
        scim.get("/Groups")
        with CaptureQueriesContext(connection) as queries:
            scim.get("/Groups")
        assert len(queries) == 3  # Token, groups, members.


class TestTenantIsolation:
    def test_another_tenants_groups_do_not_exist(
        self, scim: SCIMClient, other_scim: SCIMClient, finance: AccessProfile, bob: User
    ) -> None:
        sales = make(scim, "Sales", bob)["id"]
        for key in (sales, f"profile:{finance.pk}"):
            other_scim.request("GET", f"/Groups/{key}", expect=404)
            other_scim.request("DELETE", f"/Groups/{key}", expect=404)
            other_scim.request("PUT", f"/Groups/{key}", {"displayName": "x"}, expect=404)
            other_scim.patch(f"/Groups/{key}", {"op": "remove", "path": "members"}, expect=404)
        assert other_scim.get("/Groups")["totalResults"] == 6
        for condition in (f'members eq "{bob.pk}"', 'displayName eq "Sales" or id eq "x"'):
            assert find(other_scim, condition) == []
        assert other_scim.get("/Groups/role:member")["members"] == []

    def test_another_tenants_group_cannot_be_nested(
        self, scim: SCIMClient, other_scim: SCIMClient, acme: Tenant
    ) -> None:
        theirs = make(other_scim, "Theirs")["id"]
        scim.request(
            "POST",
            "/Groups",
            {"displayName": "Ours", "members": [{"value": theirs}]},
            expect=400,
        )
        with tenant_scope(acme):
            assert not DirectoryGroup.objects.exists()
