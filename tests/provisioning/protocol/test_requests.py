"""What is sent in each dialect, tried against the PATCH of our own server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.protocol.changes import MANAGER, changed
from provisioning.protocol.dialects import Dialect, MemberRemoval
from provisioning.protocol.requests import (
    create_body,
    match_filter,
    needs_read,
    patch_bodies,
    put_body,
)
from provisioning.protocol.steps import Action, Kind, Step
from scim.protocol import urns
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.filter_nodes import Comparison
from scim.protocol.filters import parse_filter
from scim.protocol.group_patch import net_members, read_group_patch
from scim.protocol.patch import apply_patch

GENERIC = Dialect()
INSIGHTLY = Dialect(
    name="insightly",
    patch_ops=frozenset({"replace"}),
    filterable=frozenset({"userName"}),
    groups=False,
    read_only=frozenset({"emails"}),
    delete_deactivates=True,
    active_forced_on_create=True,
)
AWS = Dialect(name="aws", member_removal=MemberRemoval.VALUE, lists_members=False)
WHOLE_LISTS = Dialect(value_paths=False)
DIALECTS = [GENERIC, WHOLE_LISTS, Dialect(patch_ops=frozenset({"replace"})), AWS]

WORK = 'emails[type eq "work"].value'
SEEN: dict[str, Any] = {
    "userName": "ada",
    "title": "T",
    "nickName": "N",
    "active": True,
    "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}],
    "addresses": [{"type": "work", "locality": "L", "region": "R"}],
    "roles": [{"value": "ours", "display": "O"}, {"value": "theirs"}],
    "entitlements": [{"value": "p"}, {"value": "x"}],
    urns.ENTERPRISE_USER: {"department": "D"},
}


def update(after: dict[str, Any]) -> Step:
    return Step(Action.UPDATE, {}, after)


def operations(dialect: Dialect, step: Step, seen: dict[str, Any] = SEEN) -> list[dict[str, Any]]:
    (body,) = patch_bodies(dialect, step, seen)
    assert body["schemas"] == [urns.PATCH_OP]
    found: list[dict[str, Any]] = body["Operations"]
    return found


CHANGES: list[dict[str, Any]] = [
    {"title": "New"},
    {"title": None},
    {"name.givenName": "Ada"},
    {WORK: "new"},
    {WORK: None},
    {'phoneNumbers[type eq "work"].value': "1"},
    {'phoneNumbers[type eq "work"].value': None},
    {
        'phoneNumbers[type eq "work"].value': "1",
        'phoneNumbers[type eq "work"].display': "one",
        'phoneNumbers[type eq "fax" and primary eq true].value': "2",
    },
    {'addresses[type eq "work"].locality': None, 'addresses[type eq "work"].region': "X"},
    {"emails": [{"type": "other", "value": "o"}]},
    {"emails": None},
    {f"{urns.ENTERPRISE_USER}:department": None, f"{urns.ENTERPRISE_USER}:costCenter": "5"},
]
STEPS = [
    *(update(change) for change in CHANGES),
    Step(Action.DEACTIVATE, {"active": True}, {"active": False}),
    Step(Action.REACTIVATE, {"active": False}, {"active": True}),
    Step(
        Action.SET_ROLES,
        {"roles": {"ours": "O"}, "entitlements": ["p"]},
        {"roles": {"ours": "Renamed", "new": ""}, "entitlements": ["q"]},
    ),
    Step(Action.SET_ROLES, {"roles": {"ours": "O"}}, {"roles": {}}),
    Step(Action.SET_REFERENCE, {"manager": None}, {"manager": "m1"}),
]


def said_of(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource without order and without what is empty."""
    return {
        name: sorted(map(str, value)) if isinstance(value, list) else value
        for name, value in resource.items()
        if value not in ("", [], {}, None)
    }


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_patch_and_put_make_of_a_resource_what_the_step_says(dialect: Dialect, step: Step) -> None:
    expected = said_of(changed(SEEN, step))
    resource: dict[str, Any] = dict(SEEN)
    for body in patch_bodies(dialect, step, SEEN):
        assert {each["op"] for each in body["Operations"]} <= dialect.patch_ops
        resource = apply_patch(resource, body, USER)

    assert said_of(resource) == expected
    put = put_body(dialect, Kind.USER, step, {**SEEN, "id": "7", "meta": {}, "groups": [1]})
    assert put.pop("schemas") == [urns.USER, urns.ENTERPRISE_USER] or not any(
        ":" in name for name in put
    )
    assert said_of(put) == {**expected, "id": "7"}


def test_only_what_changes_is_said() -> None:
    assert operations(GENERIC, update({"title": "New", "nickName": None, WORK: "new"})) == [
        {"op": "replace", "path": "title", "value": "New"},
        {"op": "remove", "path": "nickName"},
        {"op": "replace", "path": WORK, "value": "new"},
    ]


def test_a_replace_only_target_hears_no_other_operation_and_nothing_read_only() -> None:
    step = update({"title": None, "name.givenName": "A", WORK: "new"})

    assert operations(INSIGHTLY, step) == [
        {"op": "replace", "path": "title", "value": ""},
        {"op": "replace", "path": "name.givenName", "value": "A"},
    ]
    assert patch_bodies(INSIGHTLY, update({WORK: None}), SEEN) == []
    assert (
        create_body(INSIGHTLY, Kind.USER, Step(Action.CREATE, {}, SEEN))
        .keys()
        .isdisjoint({"emails"})
    )


def test_what_a_target_refuses_to_be_without_is_not_cleared() -> None:
    step = update({"userName": None, "title": None})

    assert operations(GENERIC, step) == [{"op": "remove", "path": "title"}]
    assert put_body(GENERIC, Kind.USER, step, SEEN)["userName"] == "ada"
    assert "title" not in put_body(GENERIC, Kind.USER, step, SEEN)


def test_a_created_resource_names_its_schemas() -> None:
    body = create_body(GENERIC, Kind.USER, Step(Action.CREATE, {}, {**SEEN, "meta": {}, "x": None}))

    assert body == {"schemas": [urns.USER, urns.ENTERPRISE_USER], **SEEN}
    group = create_body(GENERIC, Kind.GROUP, Step(Action.CREATE, {}, {"displayName": "S"}))
    assert group == {"schemas": [urns.GROUP], "displayName": "S"}


def members(count: int) -> dict[str, str]:
    return {f"o{number}": f"r{number:03}" for number in range(count)}


def test_members_go_in_chunks_of_one_operation() -> None:
    bodies = patch_bodies(AWS, Step(Action.ADD_MEMBERS, {}, members(250)), {})

    assert [len(body["Operations"]) for body in bodies] == [1, 1, 1]
    sent = [body["Operations"][0] for body in bodies]
    assert {(each["op"], each["path"]) for each in sent} == {("add", "members")}
    assert [len(each["value"]) for each in sent] == [100, 100, 50]
    assert {item["value"] for each in sent for item in each["value"]} == {*members(250).values()}


@pytest.mark.parametrize("removal", MemberRemoval)
def test_members_are_removed_by_name_and_never_all_at_once(removal: MemberRemoval) -> None:
    dialect = Dialect(member_removal=removal)
    bodies = patch_bodies(dialect, Step(Action.REMOVE_MEMBERS, members(150)), {})

    changes = [each for body in bodies for each in body["Operations"]]
    assert [each["op"] for each in changes] == ["remove"] * len(changes)
    if removal is MemberRemoval.VALUE:
        assert [len(each["value"]) for each in changes] == [100, 50]
    else:
        assert [len(body["Operations"]) for body in bodies] == [100, 50]
        assert changes[0] == {"op": "remove", "path": 'members[value eq "r000"]'}
        net = [net_members(read_group_patch(body).members) for body in bodies]
        assert net[0] is not None
        assert net[1] is not None
        assert {*net[0].remove, *net[1].remove} == {*members(150).values()}


def test_members_where_only_replace_is_known_need_a_look_first() -> None:
    dialect = Dialect(patch_ops=frozenset({"replace"}))
    step = Step(Action.REMOVE_MEMBERS, {"a": "1"})
    seen = {"displayName": "S", "members": [{"value": "1"}, {"value": "theirs"}]}

    assert needs_read(dialect, step)
    assert operations(dialect, step, seen) == [
        {"op": "replace", "path": "members", "value": [{"value": "theirs"}]}
    ]
    resource = apply_patch(seen, patch_bodies(dialect, step, seen)[0], GROUP)
    assert resource["members"] == [{"value": "theirs"}]


@pytest.mark.parametrize(
    ("dialect", "step", "needed"),
    [
        (GENERIC, update({WORK: "x"}), False),
        (WHOLE_LISTS, update({WORK: "x"}), True),
        (WHOLE_LISTS, update({"title": "x"}), False),
        (replace(GENERIC, patch=False), update({"title": "x"}), True),
        (GENERIC, Step(Action.SET_ROLES, {}, {"roles": {}}), False),
        (INSIGHTLY, Step(Action.SET_ROLES, {}, {"roles": {}}), True),
        (GENERIC, Step(Action.ADD_MEMBERS, {}, {"a": "1"}), False),
        (INSIGHTLY, Step(Action.ADD_MEMBERS, {}, {"a": "1"}), True),
        (INSIGHTLY, Step(Action.DEACTIVATE, {}, {"active": False}), False),
    ],
)
def test_when_a_look_is_needed(dialect: Dialect, step: Step, *, needed: bool) -> None:
    assert needs_read(dialect, step) is needed


def test_values_of_others_survive_roles() -> None:
    step = Step(Action.SET_ROLES, {"roles": {"ours": "O"}}, {"roles": {"new": "N"}})

    assert operations(GENERIC, step) == [
        {"op": "remove", "path": 'roles[value eq "ours"]'},
        {"op": "add", "path": "roles", "value": [{"value": "new", "display": "N"}]},
    ]
    put = put_body(GENERIC, Kind.USER, step, SEEN)
    assert put["roles"] == [{"value": "theirs"}, {"value": "new", "display": "N"}]


def test_a_manager_is_cleared() -> None:
    step = Step(Action.SET_REFERENCE, {"manager": "m"}, {"manager": None})

    assert operations(GENERIC, step) == [{"op": "remove", "path": MANAGER}]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_values_in_filters_are_escaped(value: str) -> None:
    node = parse_filter(match_filter("userName", value), USER)

    assert isinstance(node, Comparison)
    assert (node.operator, node.value) == ("eq", value)
