"""The limits that clients can meet: they hold, what is over them is told, all are in the docs."""

from __future__ import annotations

import importlib
import pkgutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

import scim
from accounts.models import DirectoryGroupMember, User
from accounts.tenancy.scoping import tenant_scope
from scim.protocol.core_schemas import USER
from scim.protocol.work import MAX_COMPARISONS, MAX_ELEMENTS
from tests.conftest import crowd

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

TEXT = (Path(settings.BASE_DIR) / "docs/scim.md").read_text()
MULTI_VALUED = [
    path.attribute.name
    for path in USER.attributes()
    if path.attribute.multi_valued and path.attribute.mutability == "readWrite"
]


def limits() -> dict[str, int]:
    """Return every number of the package that is called a limit.

    The default of ``scim.protocol.paging`` is none: the endpoints say otherwise.
    """
    found = {}
    for module in pkgutil.walk_packages(scim.__path__, "scim."):
        if {"migrations", "admin", "management"} & set(module.name.split(".")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, int) and name.lstrip("_").startswith(("MAX_", "LONGEST_")):
                found[f"{module.name}.{name}"] = value
    return found


def test_every_limit_is_written_down() -> None:
    default = importlib.import_module("scim.protocol.paging").MAX_RESULTS
    named = {name: value for name, value in limits().items() if value != default}

    assert len(named) > 20
    assert [
        f"{name} = {value:,}" for name, value in named.items() if f"{value:,}" not in TEXT
    ] == []
    assert f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} parameters" in TEXT


def elements(count: int, name: str = "emails") -> list[dict[str, str]]:
    key = "formatted" if name == "addresses" else "value"
    if name == "x509Certificates":
        return [{key: f"{number:08d}"} for number in range(count)]
    return [{key: f"a{number}@ex.example"} for number in range(count)]


@pytest.mark.parametrize("name", MULTI_VALUED)
def test_more_elements_than_a_resource_may_have_are_refused(scim: SCIMClient, name: str) -> None:
    body = {"userName": "babs", name: elements(MAX_ELEMENTS + 1, name)}
    error = scim.request("POST", "/Users", body, expect=400)
    user = scim.create({"userName": "babs", name: elements(MAX_ELEMENTS, name)})
    path = f"/Users/{user['id']}"

    assert (error["scimType"], str(MAX_ELEMENTS) in error["detail"]) == ("invalidValue", True)
    scim.request("PUT", path, body, expect=400)
    more = [{"formatted" if name == "addresses" else "value": "QUJDQUJDQUJD"}]
    scim.patch(path, {"op": "add", "path": name, "value": more}, expect=400)
    scim.patch(path, {"op": "add", "path": "title", "value": "Guide"})
    assert len(scim.get(path)[name]) == MAX_ELEMENTS


def test_elements_count_over_all_attributes(scim: SCIMClient) -> None:
    half = MAX_ELEMENTS // 2 + 1
    body = {"userName": "babs", "emails": elements(half), "roles": elements(half)}

    scim.request("POST", "/Users", body, expect=400)


def test_somebody_with_more_from_before_can_still_be_changed(
    scim: SCIMClient, acme: Tenant
) -> None:
    user = scim.create({"userName": "babs"})
    path = f"/Users/{user['id']}"
    with tenant_scope(acme):
        stored = {"emails": elements(MAX_ELEMENTS + 5)}
        User.objects.filter(pk=user["id"]).update(attributes=stored)

    scim.patch(path, {"op": "add", "path": "title", "value": "Guide"})
    scim.patch(path, {"op": "remove", "path": 'emails[value eq "a0@ex.example"]'})
    scim.patch(
        path, {"op": "add", "path": "emails", "value": [{"value": "z"}, {"value": "y"}]}, expect=400
    )

    assert len(scim.get(path)["emails"]) == MAX_ELEMENTS + 4


def test_members_of_a_group_do_not_count(scim: SCIMClient, acme: Tenant) -> None:
    members = [{"value": str(user.pk)} for user in crowd(acme, MAX_ELEMENTS + 1)]

    group = scim.request("POST", "/Groups", {"displayName": "All", "members": members}, expect=201)
    scim.request(
        "PUT", f"/Groups/{group['id']}", {"displayName": "All", "members": members}, expect=200
    )

    with tenant_scope(acme):
        assert DirectoryGroupMember.objects.count() == MAX_ELEMENTS + 1


def selecting(count: int, condition: str) -> list[dict[str, Any]]:
    return [
        {"op": "replace", "path": f"emails[{condition.format(number)}].display", "value": "x"}
        for number in range(count)
    ]


class TestTheWorkOfAPatch:
    @pytest.fixture
    def path(self, scim: SCIMClient) -> str:
        user = scim.create({"userName": "babs", "emails": elements(MAX_ELEMENTS)})
        return f"/Users/{user['id']}"

    def test_a_hundred_selections_are_made(self, scim: SCIMClient, path: str) -> None:
        operations = selecting(100, 'value eq "a{}@ex.example"')

        changed = scim.patch(path, *operations)

        assert [each.get("display") for each in changed["emails"]][:101] == [*["x"] * 100, None]

    @pytest.mark.parametrize(
        ("count", "condition"),
        [
            (1_000, 'value eq "a{}@ex.example"'),
            (100, " or ".join(['value eq "a{}@ex.example"'] + ['value eq "no"'] * 30)),
        ],
        ids=["operations", "conditions"],
    )
    def test_more_than_may_be_asked_for_is_refused_soon_and_whole(
        self, scim: SCIMClient, path: str, count: int, condition: str
    ) -> None:
        began = time.process_time()
        operations = selecting(count, condition)

        error = scim.patch(path, *operations, expect=400)

        assert time.process_time() - began < 5  # Seconds of work, on a machine that is busy.
        assert error["scimType"] == "tooMany"
        assert f"{MAX_COMPARISONS}" in error["detail"]
        assert "display" not in scim.get(path)["emails"][0]

    def test_the_operations_of_a_bulk_count_together(self, scim: SCIMClient, path: str) -> None:
        patch = {
            "method": "PATCH",
            "path": path,
            "data": {"Operations": selecting(90, 'value eq "a{}@ex.example"')},
        }

        done = scim.request("POST", "/Bulk", {"Operations": [patch] * 5}, expect=200)

        assert [each["status"] for each in done["Operations"]] == ["200"] * 2 + ["400"] * 3

    @pytest.mark.slow
    def test_members_selected_by_name_count_too(self, scim: SCIMClient, acme: Tenant) -> None:
        members = [{"value": str(user.pk)} for user in crowd(acme, 1_000)]
        body = {"displayName": "All", "members": members}
        group = scim.request("POST", "/Groups", body, expect=201)
        path = f"/Groups/{group['id']}"
        remove = [
            {"op": "remove", "path": f'members[display eq "nobody{number}"]'}
            for number in range(300)
        ]

        scim.patch(path, *remove[:100])
        error = scim.patch(path, *remove, expect=400)

        assert error["scimType"] == "tooMany"
