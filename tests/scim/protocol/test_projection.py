"""``attributes`` and ``excludedAttributes`` choose what a response carries."""

from __future__ import annotations

from typing import Any

import pytest

from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.errors import InvalidSyntaxError
from scim.protocol.projection import projection, read_names
from scim.protocol.schemas import Attribute, Schema, with_extensions
from tests.scim.protocol.data import ENTERPRISE

BABS: dict[str, Any] = {
    "schemas": ["s"],
    "id": "1",
    "userName": "babs",
    "password": "secret",
    "name": {"givenName": "B", "familyName": "J"},
    "emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}],
    ENTERPRISE: {"department": "D", "manager": {"value": "m", "displayName": "M"}},
    "meta": {"version": "v", "created": "c"},
}
ALWAYS = {"schemas": ["s"], "id": "1"}


@pytest.mark.parametrize(
    ("attributes", "excluded", "expected"),
    [
        ("userName", "", {"userName": "babs"}),
        ("USERNAME, id", "", {"userName": "babs"}),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "", {"userName": "babs"}),
        ("name.givenName", "", {"name": {"givenName": "B"}}),
        ("name.givenName,name", "", {"name": BABS["name"]}),
        ("emails.value", "", {"emails": [{"value": "a"}, {"value": "b"}]}),
        (f"{ENTERPRISE}:manager.value", "", {ENTERPRISE: {"manager": {"value": "m"}}}),
        (ENTERPRISE, "", {ENTERPRISE: BABS[ENTERPRISE]}),
        ("nosuch", "", {}),
        ("password", "", {}),
        ("userName,name", "name", {"userName": "babs"}),
    ],
)
def test_wanted_attributes_come_with_those_always_returned(
    attributes: str, excluded: str, expected: dict[str, Any]
) -> None:
    assert projection(USER, attributes, excluded)(BABS) == ALWAYS | expected


@pytest.mark.parametrize(
    ("excluded", "missing"),
    [
        ("name", {"name"}),
        ("emails,meta", {"emails", "meta"}),
        (ENTERPRISE, {ENTERPRISE}),
        ("id,schemas,nosuch", set()),
    ],
)
def test_unwanted_attributes_are_left_out(excluded: str, missing: set[str]) -> None:
    projected = projection(USER, "", excluded)(BABS)

    assert projected.keys() == BABS.keys() - {"password"} - missing


def test_an_unwanted_sub_attribute_is_left_out() -> None:
    projected = projection(USER, "", f"name.givenName,{ENTERPRISE}:manager.displayName")(BABS)

    assert projected["name"] == {"familyName": "J"}
    assert projected[ENTERPRISE] == {"department": "D", "manager": {"value": "m"}}


def test_the_usual_projection_shares_the_values() -> None:
    projected = projection(USER)(BABS)

    assert projected == {key: value for key, value in BABS.items() if key != "password"}
    assert projected["emails"] is BABS["emails"]


def test_an_empty_list_of_members_stays() -> None:
    assert projection(GROUP)({"id": "1", "members": []}) == {"id": "1", "members": []}


def test_the_members_need_not_be_read_when_they_are_not_selected() -> None:
    assert projection(GROUP).selects("members")
    assert not projection(GROUP, "", "members").selects("members")
    assert not projection(GROUP, "displayName").selects("members")
    assert projection(GROUP, "members.value").selects("members")


def test_an_attribute_returned_on_request_comes_when_it_is_asked_for() -> None:
    secret = Attribute(name="notes", returned="request")
    user = with_extensions(USER, [Schema("urn:example:n", "N", "", (secret,))])
    resource = {"id": "1", "urn:example:n": {"notes": "x"}}

    assert projection(user)(resource) == {"id": "1"}
    assert projection(user, "urn:example:n:notes")(resource) == resource


def test_names_come_as_text_or_as_an_array() -> None:
    assert read_names("a,b", "attributes") == "a,b"
    assert read_names(["a", "b"], "attributes") == "a,b"
    with pytest.raises(InvalidSyntaxError):
        read_names([1], "attributes")
