"""A group's PATCH comes out as a delta of its members, whatever shape it had."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.core_schemas import GROUP
from scim.protocol.errors import SCIMError
from scim.protocol.group_patch import (
    AddMembers,
    MemberChange,
    RemoveAllMembers,
    RemoveMatchingMembers,
    RemoveMembers,
    ReplaceMembers,
    net_members,
    read_group_patch,
)
from scim.protocol.patch import apply_operations
from tests.scim.protocol.data import load, nested, patch


@pytest.mark.parametrize(
    "case", load("traffic/group_patches.json"), ids=lambda case: case["sender"]
)
def test_what_identity_providers_send_is_applied(case: dict[str, Any]) -> None:
    change = read_group_patch(patch(*case["operations"]))

    attributes = apply_operations({"displayName": "G"}, change.operations, GROUP)
    assert attributes == {"displayName": "G"} | case.get("attributes", {})
    assert _one_by_one(["U", "W"], change.members) == case["members"]


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "remove"}, "noTarget"),
        ({"op": "add", "value": "x"}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"display": "x"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [True]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": ["a\x00"]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": nested(50_000)}, "invalidValue"),
        ({"op": "replace", "path": 'members[value eq "U"].value', "value": "V"}, "mutability"),
        ({"op": "replace", "path": 'members[value eq "U"].type', "value": "V"}, "mutability"),
        ({"op": "replace", "path": 'members[display co "U"]', "value": "V"}, "noTarget"),
        ({"op": "remove", "path": 'members[nosuch eq "U"]'}, "invalidFilter"),
        ({"op": "remove", "path": "members.nosuch"}, "invalidPath"),
        ({"op": "remove", "path": "members["}, "invalidPath"),
    ],
)
def test_a_patch_of_the_members_is_refused(operation: dict[str, Any], scim_type: str) -> None:
    with pytest.raises(SCIMError) as refusal:
        read_group_patch(patch(operation))

    assert refusal.value.scim_type == scim_type


def test_a_selection_by_anything_but_ids_is_left_to_the_database() -> None:
    change = read_group_patch(patch({"op": "remove", "path": 'members[type eq "Group"]'}))

    assert isinstance(change.members[0], RemoveMatchingMembers)
    assert net_members(change.members) is None


def test_ten_thousand_members_are_removed_by_value_at_once() -> None:
    ids = [f"id-{number}" for number in range(10_000)]

    change = read_group_patch(
        patch({"op": "remove", "path": "members", "value": [{"value": item} for item in ids]})
    )

    assert change.members == (RemoveMembers(tuple(ids)),)


_IDS = st.lists(st.sampled_from("abcde"), max_size=4).map(tuple)
_CHANGES = st.lists(
    _IDS.map(AddMembers)
    | _IDS.map(RemoveMembers)
    | _IDS.map(ReplaceMembers)
    | st.just(RemoveAllMembers()),
    max_size=6,
)


@given(st.sets(st.sampled_from("abcdefg")), _CHANGES)
def test_the_net_effect_is_that_of_the_sequence(
    members: set[str], changes: list[MemberChange]
) -> None:
    net = net_members(changes)

    assert net is not None
    assert not set(net.add) & set(net.remove)
    kept = set() if net.clear else members - set(net.remove)
    assert kept | set(net.add) == set(_one_by_one(sorted(members), changes))


def _one_by_one(members: list[str], changes: Any) -> list[str]:
    for change in changes:
        if isinstance(change, RemoveMembers):
            members = [member for member in members if member not in change.ids]
        elif isinstance(change, AddMembers):
            members = [*members, *(item for item in change.ids if item not in members)]
        else:
            members = list(getattr(change, "ids", ()))
    return members
