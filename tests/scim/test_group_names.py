"""Roles, access profiles and directory groups do not meet by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from accounts.errors import ProfileNameTakenError
from accounts.models import AccessProfile, DirectoryGroup, Role
from accounts.services.profiles import create_profile, update_profile
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import person
from tests.support.scim import connect

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant, User
    from tests.support.scim import SCIMClient


@pytest.fixture
def sales(acme: Tenant) -> AccessProfile:
    with tenant_scope(acme):
        return create_profile(name="Sales")


def matched(scim: SCIMClient, name: str) -> list[str]:
    """Return the ids of what Entra ID finds when it looks for its group of that name."""
    query = urlencode({"excludedAttributes": "members", "filter": f'displayName eq "{name}"'})
    return [group["id"] for group in scim.get(f"/Groups?{query}")["Resources"]]


ORDINARY = sorted({*(str(role.label) for role in Role), *Role.values, "Sales", "Everybody"})


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.usefixtures("sales")
def test_a_group_of_an_identity_provider_never_meets_a_role_or_a_profile(
    scim: SCIMClient, name: str
) -> None:
    assert matched(scim, name) == []

    group = scim.request("POST", "/Groups", {"displayName": name}, expect=201)

    assert matched(scim, name) == [group["id"]]


TAKEN = [*(f"Role: {role.label}" for role in Role), "Access profile: Sales"]
SPELLINGS: dict[str, Any] = {
    "as it is": str,
    "upper case": str.upper,
    "more spaces": lambda name: name.replace(" ", "  "),
    "full width": lambda name: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in name),
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.usefixtures("sales")
def test_the_name_of_a_role_or_profile_is_taken(scim: SCIMClient, name: str, spelt: Any) -> None:
    other = scim.request("POST", "/Groups", {"displayName": "Other"}, expect=201)
    path = f"/Groups/{other['id']}"
    before = scim.get("/Groups")["totalResults"]
    body = {"displayName": spelt(name)}
    bulk = {"Operations": [{"method": "POST", "path": "/Groups", "bulkId": "a", "data": body}]}
    patch = {"Operations": [{"op": "replace", "value": body}]}

    errors = [
        scim.request("POST", "/Groups", body, expect=409),
        scim.request("PUT", path, body, expect=409),
        scim.request("PATCH", path, patch, expect=409),
        scim.request("POST", "/Bulk", bulk, expect=200)["Operations"][0]["response"],
    ]

    assert [error["scimType"] for error in errors] == ["uniqueness"] * 4
    assert scim.get("/Groups")["totalResults"] == before
    assert scim.get(path)["displayName"] == "Other"
    assert len(matched(scim, name)) == 1


@pytest.mark.parametrize(
    "name",
    ["Role: Sales Manager", "Role:", "Access profile: Finance", "Roles: Admin", "Profile: Sales"],
)
@pytest.mark.usefixtures("sales")
def test_a_name_that_no_role_and_no_profile_has_is_an_ordinary_one(
    scim: SCIMClient, name: str
) -> None:
    scim.request("POST", "/Groups", {"displayName": name}, expect=201)


def test_a_profile_does_not_get_the_name_of_a_group(
    scim: SCIMClient, acme: Tenant, sales: AccessProfile
) -> None:
    scim.request("POST", "/Groups", {"displayName": "access profile: FINANCE"}, expect=201)

    with tenant_scope(acme):
        with pytest.raises(ProfileNameTakenError):
            create_profile(name="Finance")
        with pytest.raises(ProfileNameTakenError):
            update_profile(profile=sales, name="finance", description="")
        assert not AccessProfile.objects.filter(name__iexact="finance").exists()
        default = AccessProfile.objects.get(is_default=True)
        update_profile(profile=default, name="Finance", description="")  # It is no group.


def test_the_console_says_that_a_name_is_taken(
    scim: SCIMClient, console: Client, sales: AccessProfile, acme: Tenant
) -> None:
    scim.request("POST", "/Groups", {"displayName": "Access profile: Finance"}, expect=201)

    profile = console.post("/console/accounts/accessprofile/add/", {"name": "Finance"})
    group = console.post("/console/accounts/directorygroup/add/", {"display_name": "Role: Admin"})

    assert "Access profile: Finance" in profile.content.decode()
    assert "Role: Admin" in group.content.decode()
    with tenant_scope(acme):
        assert AccessProfile.objects.filter(is_default=False).get() == sales
        assert DirectoryGroup.objects.count() == 1


def test_another_tenants_profile_takes_no_name(
    other_scim: SCIMClient, sales: AccessProfile
) -> None:
    other_scim.request("POST", "/Groups", {"displayName": "Access profile: Sales"}, expect=201)


def test_groups_of_a_person_have_the_same_names(
    scim: SCIMClient, sales: AccessProfile, bob: User
) -> None:
    add = {"op": "add", "path": "members", "value": [{"value": str(bob.pk)}]}
    scim.patch(f"/Groups/profile:{sales.pk}", add)

    for shown in (scim.get(f"/Users/{bob.pk}"), scim.get("/Users?count=50")["Resources"][0]):
        names = {group["value"]: group["display"] for group in shown["groups"]}
        assert names == {
            "role:member": "Role: Member",
            f"profile:{sales.pk}": "Access profile: Sales",
        }
    for name in ("Role: Member", "Access profile: Sales"):
        assert scim.ids(f'groups.display eq "{name}"') == {str(bob.pk)}


class TestASourceThatMayNotChangeRoles:
    @pytest.fixture
    def further(self, acme: Tenant) -> SCIMClient:
        return connect(acme, may_change_roles=False)

    def changes(self, user: User) -> list[tuple[str, Any]]:
        member = [{"value": str(user.pk)}]
        selected = f'members[value eq "{user.pk}"]'
        named = f'members[display eq "{user.display_name}"]'
        patches: list[dict[str, Any]] = [
            {"op": "add", "path": "members", "value": member},
            {"op": "replace", "path": "members", "value": member},
            {"op": "remove", "path": "members"},
            {"op": "remove", "path": "members", "value": member},
            {"op": "remove", "path": selected},
            {"op": "remove", "path": named},
            {"op": "add", "value": {"members": member}},
        ]
        return [
            *(("PATCH", {"Operations": [operation]}) for operation in patches),
            ("PUT", {"members": member}),
            ("PUT", {"members": []}),
        ]

    @pytest.mark.parametrize("role", Role)
    def test_every_change_of_the_members_of_a_role_is_refused(
        self, further: SCIMClient, alice: User, acme: Tenant, role: Role
    ) -> None:
        holder = person(acme, "Carol", role)
        path = f"/Groups/role:{role}"
        before = further.get(path)

        for method, body in self.changes(holder):
            error = further.request(method, path, body, expect=403)
            assert "May change roles" in error["detail"]
            operation = {"method": method, "path": path, "data": body}
            bulk = further.request("POST", "/Bulk", {"Operations": [operation]}, expect=200)
            assert bulk["Operations"][0]["status"] == "403"

        assert further.get(path) == before
        assert str(holder.pk) in {member["value"] for member in before["members"]}

    def test_all_else_goes_on(self, further: SCIMClient, sales: AccessProfile, bob: User) -> None:
        add = {"op": "add", "path": "members", "value": [{"value": str(bob.pk)}]}
        further.patch("/Groups/role:member", {"op": "replace", "path": "displayName", "value": "x"})
        further.request("PUT", "/Groups/role:member", {"displayName": "x"}, expect=200)
        further.patch(f"/Groups/profile:{sales.pk}", add)
        roles = {"op": "add", "path": "roles", "value": [{"value": "admin"}]}
        shown = further.patch(f"/Users/{bob.pk}", roles)
        assert [group["value"] for group in shown["groups"]] == [
            "role:member",
            f"profile:{sales.pk}",
        ]
