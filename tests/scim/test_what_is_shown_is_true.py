"""What an answer shows of a person, what filters find and what the account is are one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from scim.protocol.core_schemas import USER
from scim.protocol.schemas import AttributePath

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

ENTERPRISE = USER.extensions[0].id
CLEARING: dict[str, dict[str, Any]] = {
    "null": {"op": "replace", "value": None},
    "added null": {"op": "add", "value": None},
    "an empty text": {"op": "replace", "value": ""},
    "an empty list": {"op": "replace", "value": []},
    "removed": {"op": "remove"},
}
SAMPLES = {
    "boolean": True,
    "reference": "https://a.example/",
    "binary": "QUJD",
    "string": "sample",
}


def sample_of(path: AttributePath) -> Any:
    attribute = path.attribute
    if attribute.type != "complex":
        return SAMPLES[attribute.type]
    element = {
        sub.name: SAMPLES[sub.type]
        for sub in attribute.sub_attributes
        if sub.mutability == "readWrite"
    }
    return [element] if attribute.multi_valued else element


CLEARABLE = [
    path
    for path in USER.attributes()
    if path.attribute.mutability == "readWrite" and not path.attribute.required
]


def shown(resource: dict[str, Any], path: AttributePath) -> Any:
    holder = resource.get(path.extension, {}) if path.extension else resource
    return holder.get(path.attribute.name)


@pytest.mark.parametrize("path", CLEARABLE, ids=str)
def test_a_cleared_attribute_is_shown_and_found_alike(
    scim: SCIMClient, path: AttributePath
) -> None:
    user = scim.create({"userName": "babs", str(path): sample_of(path)})
    assert shown(user, path) is not None

    for how, operation in CLEARING.items():
        scim.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": str(path), "value": sample_of(path)}
        )
        assert scim.ids(f"{path} pr") == {user["id"]}, how

        answer = scim.patch(f"/Users/{user['id']}", {**operation, "path": str(path)})

        read = scim.get(f"/Users/{user['id']}")
        assert shown(answer, path) == shown(read, path), how
        is_shown = shown(read, path) is not None
        assert (scim.ids(f"{path} pr") == {user["id"]}) == is_shown, how
        assert (scim.ids(f"not ({path} pr)") == {user["id"]}) != is_shown, how
        adds_nothing = operation["op"] == "add" and path.attribute.multi_valued
        assert is_shown == (str(path) == "active" or adds_nothing), how


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("how", [*CLEARING, "null in an object", "put", "put null"])
def test_clearing_active_turns_nobody_on_or_off(
    scim: SCIMClient, acme: Tenant, how: str, *, is_on: bool
) -> None:
    user = scim.create({"userName": "babs", "active": is_on})
    path = f"/Users/{user['id']}"

    if how.startswith("put"):
        body = {"userName": "babs", **({"active": None} if how == "put null" else {})}
        answer = scim.request("PUT", path, body, expect=200)
    elif how == "null in an object":
        answer = scim.patch(path, {"op": "replace", "value": {"active": None}})
    else:
        answer = scim.patch(path, {**CLEARING[how], "path": "active"})

    assert answer["active"] is is_on
    assert scim.get(path)["active"] is is_on
    assert scim.ids(f"active eq {str(is_on).lower()}") == {user["id"]}
    assert scim.ids(f"active eq {str(not is_on).lower()}") == set()
    assert scim.ids("active pr") == {user["id"]}
    with tenant_scope(acme):
        assert User.objects.get(pk=user["id"]).active is is_on
