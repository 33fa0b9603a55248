"""Conditions on versions, of every method and every kind of resource (RFC 9110, Section 13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from accounts.models import AccessProfile, Tenant
    from tests.support.scim import SCIMClient

STALE = 'W/"999"'


@pytest.fixture
def profile(acme: Tenant) -> AccessProfile:
    with tenant_scope(acme):
        return create_profile(name="Sales")


@pytest.fixture
def paths(scim: SCIMClient, profile: AccessProfile) -> dict[str, str]:
    """One resource of each kind that has a version, or may be changed without one."""
    user = scim.create({"userName": "babs"})
    members = [{"value": user["id"]}]
    group = scim.request(
        "POST", "/Groups", {"displayName": "Guides", "members": members}, expect=201
    )
    return {
        "user": f"/Users/{user['id']}",
        "user by name": "/Users/babs",
        "group": f"/Groups/{group['id']}",
        "profile": f"/Groups/profile:{profile.pk}",
        "role": "/Groups/role:editor",
    }


KINDS = ["user", "user by name", "group", "profile", "role"]
BODIES: dict[str, Any] = {
    "PUT": {"userName": "babs", "displayName": "Guides"},
    "PATCH": {"Operations": [{"op": "add", "path": "externalId", "value": "x"}]},
    "DELETE": None,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "HEAD", *BODIES])
def test_another_version_is_refused(
    scim: SCIMClient, paths: dict[str, str], kind: str, method: str
) -> None:
    before = scim.get(paths[kind])

    answer = scim.raw(method, paths[kind], BODIES.get(method), If_Match=STALE)

    assert answer.status_code == 412
    assert scim.get(paths[kind]) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", BODIES)
def test_what_must_not_exist_is_not_changed(
    scim: SCIMClient, paths: dict[str, str], kind: str, method: str
) -> None:
    before = scim.get(paths[kind])

    scim.request(method, paths[kind], BODIES[method], If_None_Match="*", expect=412)

    assert scim.get(paths[kind]) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_any_version_may_be_meant(
    scim: SCIMClient, paths: dict[str, str], kind: str, method: str
) -> None:
    scim.request(method, paths[kind], BODIES[method], If_Match="*", expect=200)
    scim.request(method, paths[kind], BODIES[method], If_None_Match=STALE, expect=200)


@pytest.mark.parametrize("kind", ["user", "user by name", "group", "profile"])
def test_a_version_is_compared_weakly_and_known_again(
    scim: SCIMClient, paths: dict[str, str], kind: str
) -> None:
    read = scim.raw("GET", paths[kind])
    tag = read.headers["ETag"]

    assert tag == read.json()["meta"]["version"]
    assert scim.raw("GET", paths[kind], If_None_Match=f'"x", {tag}').status_code == 304
    assert scim.raw("HEAD", paths[kind], If_None_Match=tag).headers["ETag"] == tag
    scim.request("PATCH", paths[kind], BODIES["PATCH"], If_None_Match=tag, expect=412)
    strong = tag.removeprefix("W/")
    scim.request("PATCH", paths[kind], BODIES["PATCH"], If_Match=strong, expect=200)
    scim.request("PATCH", paths[kind], BODIES["PATCH"], If_Match=tag, expect=412)


@pytest.mark.parametrize(
    "path",
    [
        *("/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/ResourceTypes/User"),
        *("/Roles", "/Roles/editor", "/Entitlements", "/Users", "/Groups", "/"),
    ],
)
def test_what_has_no_version_is_no_version_that_a_client_names(scim: SCIMClient, path: str) -> None:
    assert scim.request("GET", path, If_Match=STALE, expect=412)["status"] == "412"
    assert scim.raw("GET", path, If_Match="*").status_code == 200
    assert scim.raw("GET", path, If_None_Match=STALE).status_code == 200
    assert scim.raw("GET", path, If_None_Match="*").status_code == 304


class TestTheTagOfAnAnswerWithGroups:
    def test_it_changes_with_them(self, scim: SCIMClient, paths: dict[str, str]) -> None:
        tags = [scim.raw("GET", paths["user"]).headers["ETag"]]

        def changes(path: str, *operations: object) -> None:
            scim.patch(path, *operations)
            answer = scim.raw("GET", paths["user"], If_None_Match=", ".join(tags))
            assert answer.status_code == 200
            tags.append(answer.headers["ETag"])

        key = paths["user"].rpartition("/")[2]
        changes(paths["group"], {"op": "replace", "path": "displayName", "value": "Leaders"})
        changes(paths["profile"], {"op": "add", "path": "members", "value": [{"value": key}]})
        outer = scim.request("POST", "/Groups", {"displayName": "Outer"}, expect=201)
        inner = [{"value": paths["group"].rpartition("/")[2]}]
        changes(f"/Groups/{outer['id']}", {"op": "add", "path": "members", "value": inner})
        changes(paths["role"], {"op": "add", "path": "members", "value": [{"value": key}]})
        changes(paths["group"], {"op": "remove", "path": "members"})

        assert len(set(tags)) == 6
        assert scim.raw("GET", paths["user"], If_None_Match=tags[-1]).status_code == 304

    def test_an_older_one_still_names_the_version_of_the_person(
        self, scim: SCIMClient, paths: dict[str, str]
    ) -> None:
        tag = scim.raw("GET", paths["user"]).headers["ETag"]
        scim.patch(paths["group"], {"op": "remove", "path": "members"})

        changed = scim.raw("PATCH", paths["user"], BODIES["PATCH"], If_Match=tag)

        assert changed.status_code == 200
        assert changed.headers["ETag"] == changed.json()["meta"]["version"]
        assert changed.headers["ETag"] == scim.raw("GET", paths["user"]).headers["ETag"]

    def test_every_answer_that_shows_them_has_the_same(
        self, scim: SCIMClient, paths: dict[str, str]
    ) -> None:
        tag = scim.get(paths["user"])["meta"]["version"]

        for listed in (scim.get("/Users?count=1000"), scim.get('/Users?filter=userName eq "babs"')):
            assert [user["meta"]["version"] for user in listed["Resources"]] == [tag]
        put = scim.request("PUT", paths["user"], {"userName": "babs"}, expect=200)
        assert put["meta"]["version"] == tag
        alone = scim.get(f"{paths['user']}?excludedAttributes=groups")["meta"]["version"]
        assert alone == 'W/"1"'
        for version in (tag, alone):
            assert len(scim.ids(f'meta.version eq "{version[:2]}\\"{version[3:-1]}\\""')) == 1

    def test_no_row_of_the_person_is_written_for_them(
        self, scim: SCIMClient, paths: dict[str, str]
    ) -> None:
        with CaptureQueriesContext(connection) as queries:
            scim.patch(paths["group"], {"op": "remove", "path": "members"})

        assert [each for each in queries if 'UPDATE "accounts_user"' in each["sql"]] == []
        assert scim.get(f"{paths['user']}?attributes=meta")["meta"]["version"] == 'W/"1"'


def test_the_tag_of_a_group_whose_members_are_named_changes_with_the_names(
    scim: SCIMClient, paths: dict[str, str]
) -> None:
    named = f"{paths['group']}?attributes=members.display"
    before = scim.raw("GET", named)
    scim.patch(paths["user"], {"op": "add", "path": "displayName", "value": "Barbara"})

    after = scim.raw("GET", named, If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert after.json()["members"][0]["display"] == "Barbara"
    scim.request(
        "PATCH", paths["group"], BODIES["PATCH"], If_Match=before.headers["ETag"], expect=200
    )
