"""Of groups of all kinds the database selects what an evaluation in memory selects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.services.profiles import create_profile, set_profile_external_id
from accounts.tenancy.scoping import tenant_scope
from scim.groups.group_list import list_groups
from scim.models import ExtensionAttribute, ExtensionSchema, Resource
from scim.protocol.filters import parse_filter
from scim.protocol.matching import matches
from scim.storage.group_rows import GroupKind
from tests.support.scim_filters import (
    ANY,
    DATES,
    ORDERED,
    WORDS,
    asking,
    combined,
    comparisons,
    quoted,
    schemas_of_client,
)

if TYPE_CHECKING:
    from accounts.models import Tenant, User
    from tests.support.scim import SCIMClient

TEAMS: Final = "urn:example:params:scim:schemas:teams:2.0:Group"
CASE_EXACT_OF_ANY_KIND: Final = ["id", "externalId", "members.value", "members.$ref"]
TEXTS: Final = [
    *CASE_EXACT_OF_ANY_KIND,
    "displayName",
    "members",
    "members.type",
    "members.display",
    "schemas",
    "meta.resourceType",
    "meta.version",
    "meta.location",
    f"{TEAMS}:room",
    f"{TEAMS}:tags",
]
BOOLEANS: Final = [f"{TEAMS}:open"]
NUMBERS: Final = [f"{TEAMS}:size"]
MOMENTS: Final = ["meta.created", "meta.lastModified", f"{TEAMS}:since"]
PRESENT: Final = [*TEXTS, *BOOLEANS, *NUMBERS, *MOMENTS, "meta"]
NAMES: Final = ["Role: Member", "role: ", "Access profile: a", "ACCESS PROFILE:", "User", "Group"]
IDS: Final = ["{alice}", "{bob}", "{a}", "{nesting}", "{profile}", "role:member", "role:nobody"]
LITERALS: Final = [quoted(text) for text in [*WORDS, *NAMES, *IDS]]
WHOLE: Final = replace(
    asking(None),
    attributes=f"displayName,externalId,members.value,members.$ref,members.type,members.display,"
    f"schemas,meta,{TEAMS}",
)
"""What a filter may speak of, members with their names, as values and not as text."""

inner = st.one_of(
    comparisons(["value", "type", "display"], ["eq", "ne", "co", "sw", "ew"], LITERALS),
    st.sampled_from(["value pr", "display pr", "not (type pr)", "$ref pr"]),
)
atoms = st.one_of(
    comparisons(TEXTS, ["eq", "ne"], [*LITERALS, "null"]),
    comparisons(TEXTS, ANY, LITERALS),
    comparisons(CASE_EXACT_OF_ANY_KIND, ["eq"], [quoted(text) for text in IDS]),
    comparisons(BOOLEANS, ["eq", "ne"], ["true", '"False"']),
    comparisons(NUMBERS, ORDERED, ["10", "2", "-3", "0"]),
    comparisons(MOMENTS, ORDERED, [quoted(date) for date in DATES]),
    st.sampled_from([f"{name} pr" for name in PRESENT]),
    st.builds(lambda first, second: f"members[{first} and {second}]", inner, inner),
    st.builds(lambda first, second: f"members[{first} or {second}]", inner, inner),
    st.builds(lambda first: f"members[{first}].value eq {quoted('{bob}')}", inner),
)


@pytest.fixture
def ids(acme: Tenant, alice: User, bob: User, scim: SCIMClient) -> dict[str, str]:
    """Groups of all three kinds with and without members, by the name that filters call them."""
    with tenant_scope(acme):
        schema = ExtensionSchema.objects.create(urn=TEAMS, name="Teams", resource=Resource.GROUP)
        for name, kind, several in [
            ("room", "string", False),
            ("tags", "string", True),
            ("open", "boolean", False),
            ("size", "integer", False),
            ("since", "dateTime", False),
        ]:
            ExtensionAttribute.objects.create(
                schema=schema, name=name, type=kind, multi_valued=several
            )
        profile = create_profile(name="a")
        set_profile_external_id(profile=profile, external_id="A")
        create_profile(name="B%")  # Nobody has it.
    known = {"alice": str(alice.pk), "bob": str(bob.pk), "profile": f"profile:{profile.pk}"}

    def group(name: str, *members: str, **values: Any) -> None:
        made = scim.request(
            "POST",
            "/Groups",
            {
                "displayName": name,
                "members": [{"value": known[member]} for member in members],
                **values,
            },
            expect=201,
        )
        known[name] = made["id"]

    group("a", "alice", externalId="a", **{TEAMS: {"room": "A", "tags": ["é", "B%"], "size": 10}})
    group("A_b", externalId="10", **{TEAMS: {"open": False, "since": DATES[2]}})
    group("É", "bob", **{TEAMS: {"open": True, "size": -3, "room": "a_b"}})
    group("nesting", "a", "bob", externalId="A")
    scim.patch(
        f"/Groups/{known['profile']}",
        {"op": "add", "path": "members", "value": [{"value": known["bob"]}]},
    )
    return known


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(template=combined(atoms))
def test_the_database_and_the_memory_agree_about_groups(
    acme: Tenant, scim: SCIMClient, ids: dict[str, str], template: str
) -> None:
    condition = template
    for name, value in ids.items():
        condition = condition.replace(f"{{{name}}}", value)
    schemas, asked = schemas_of_client(acme, scim).group, RequestFactory().get("/")
    with tenant_scope(acme):
        everything: Any = list_groups(WHOLE, schemas, asked)["Resources"]
        node = parse_filter(condition, schemas)

        found: Any = list_groups(asking(condition), schemas, asked)

    expected = [group["id"] for group in everything if matches(node, group)]
    assert [group["id"] for group in found["Resources"]] == expected
    assert found["totalResults"] == len(expected)


def test_the_groups_that_are_compared_are_of_every_kind_with_members_named(
    acme: Tenant, scim: SCIMClient, ids: dict[str, str]
) -> None:
    schemas, asked = schemas_of_client(acme, scim).group, RequestFactory().get("/")
    with tenant_scope(acme):
        shown: Any = list_groups(WHOLE, schemas, asked)["Resources"]

    with_members = {_kind_of(group["id"]) for group in shown if group.get("members")}
    without = {_kind_of(group["id"]) for group in shown if not group.get("members")}
    assert with_members == without == set(GroupKind)
    assert {key for group in shown for member in group.get("members", ()) for key in member} == {
        *("value", "$ref", "type", "display")
    }
    assert {"User", "Group"} == {
        member["type"] for group in shown for member in group.get("members", ())
    }
    assert ids["a"] in {group["id"] for group in shown}


def _kind_of(group_id: str) -> GroupKind:
    prefix, colon, _rest = group_id.partition(":")
    if not colon:
        return GroupKind.DIRECTORY
    return {"role": GroupKind.ROLE, "profile": GroupKind.PROFILE}[prefix]
