"""What belongs to a schema that is not ours is ignored; what ours does not have is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scim.protocol import urns
from scim.protocol.core_schemas import GROUP, USER

if TYPE_CHECKING:
    from tests.support.scim import SCIMClient

FOREIGN = [
    "urn:example:unknown:thing",
    "urn:example:unknown:thing.part",
    'urn:example:unknown:things[type eq "work"].value',
    "URN:Example:unknown",
    "urn:example:members:thing",
    "urn:ietf:params:scim:schemas:extension:other:2.0:User:thing",
    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:thing",
]
OURS = [
    "nosuch",
    "name.nosuch",
    'emails[type eq "work"].nosuch',
    *(
        f"{schema.id}:nosuch"
        for kind in (USER, GROUP)
        for schema in (kind.schema, *kind.extensions)
    ),
    *sorted({f"{alias}:nosuch" for aliases in urns.ALIASES.values() for alias in aliases}),
]


@pytest.fixture
def resources(scim: SCIMClient) -> dict[str, str]:
    user = scim.create({"userName": "babs"})
    group = scim.request("POST", "/Groups", {"displayName": "Guides"}, expect=201)
    return {"user": f"/Users/{user['id']}", "group": f"/Groups/{group['id']}"}


GOOD = {"op": "replace", "path": "displayName", "value": "Better"}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("kind", ["user", "group"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_path_into_an_unknown_schema_is_ignored(
    scim: SCIMClient, resources: dict[str, str], kind: str, op: str, name: str
) -> None:
    operation: dict[str, Any] = {"op": op, "path": name}
    if op != "remove":
        operation["value"] = "x"

    changed = scim.patch(resources[kind], operation, GOOD)

    assert changed["displayName"] == "Better"
    assert "x" not in changed.values()


@pytest.mark.parametrize("name", [*FOREIGN, *OURS])
@pytest.mark.parametrize("kind", ["user", "group"])
def test_without_a_path_whatever_is_unknown_is_ignored(
    scim: SCIMClient, resources: dict[str, str], kind: str, name: str
) -> None:
    value = {name: "x", "displayName": "Better"}

    changed = scim.patch(resources[kind], {"op": "replace", "value": value})

    assert changed["displayName"] == "Better"


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("kind", ["user", "group"])
def test_a_path_to_what_our_schemas_do_not_have_is_refused(
    scim: SCIMClient, resources: dict[str, str], kind: str, name: str
) -> None:
    error = scim.patch(
        resources[kind], GOOD, {"op": "replace", "path": name, "value": "x"}, expect=400
    )

    assert error["scimType"] == "invalidPath"
    assert scim.get(resources[kind]).get("displayName") != "Better"
