"""Paths at a target: read, followed, set and cleared."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.protocol.paths import (
    PathError,
    clear_at,
    parse_target_path,
    put_at,
    value_at,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA: dict[str, Any] = {
    "UserName": "ada",
    "name": {"givenName": "Ada"},
    "emails": [
        {"type": "home", "value": "h"},
        {"Type": "Work", "value": "w", "primary": "True", "display": "W"},
    ],
    ENTERPRISE: {"department": "D"},
}
PATHS = [
    *("userName", "title", "name.givenName", "name.familyName", "emails", 'emails[type eq "work"]'),
    *('emails[type eq "work"].value', 'emails[type eq "fax" and primary eq true].value'),
    *('addresses[type eq "a]\\"b"].locality', f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager"),
    *(f"{ENTERPRISE}:manager.value", "urn:x-y:2.0:attr"),
]


@pytest.mark.parametrize("text", PATHS)
def test_a_path_is_spelled_as_it_was_read(text: str) -> None:
    assert parse_target_path(text).text == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("userName", "ada"),
        ("NAME.givenname", "Ada"),
        ("title", None),
        ("name.familyName", None),
        ("userName.sub", None),
        ('emails[type eq "work"].value', "w"),
        ('emails[type eq "WORK" and primary eq TRUE].display', "W"),
        ('emails[type eq "fax"].value', None),
        ("emails.value", "w"),
        (f"{ENTERPRISE.upper()}:department", "D"),
        (f"{ENTERPRISE}:manager.value", None),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "ada"),
    ],
)
def test_a_path_leads_to(text: str, value: Any) -> None:
    assert value_at(ADA, parse_target_path(text)) == value


@pytest.mark.parametrize("text", ["", ".", "a b", "a[", "a[]", "a[b]", "a[b eq c]", "a[b co 1].c"])
def test_no_path(text: str) -> None:
    with pytest.raises(PathError):
        parse_target_path(text)


@given(st.sampled_from(PATHS), st.sampled_from([{}, ADA]))
def test_what_is_set_is_there_and_what_is_cleared_is_not(text: str, start: dict[str, Any]) -> None:
    path = parse_target_path(text)
    resource = copy.deepcopy(start)
    value: Any = [{"value": "v"}] if text == "emails" else "v"

    put_at(resource, path, value)
    found = value_at(resource, path)
    assert found == value or found["value"] == value
    clear_at(resource, path)

    assert value_at(resource, path) is None
    assert start in ({}, ADA)


def test_other_elements_and_attributes_stay() -> None:
    resource = copy.deepcopy(ADA)

    put_at(resource, parse_target_path('emails[type eq "work"].value'), "new")
    put_at(resource, parse_target_path("name.familyName"), "L")
    clear_at(resource, parse_target_path("username"))
    clear_at(resource, parse_target_path(f"{ENTERPRISE}:department"))

    assert resource == {
        "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [ADA["emails"][0], {**ADA["emails"][1], "value": "new"}],
    }


def test_an_element_goes_with_its_value_and_stays_with_what_else_it_has() -> None:
    resource: dict[str, Any] = {
        "addresses": [{"type": "work", "locality": "L", "region": "R", "primary": True}],
        "emails": [{"type": "work", "value": "w", "display": "W"}],
    }

    clear_at(resource, parse_target_path('emails[type eq "work"].value'))
    clear_at(resource, parse_target_path('addresses[type eq "work"].locality'))
    assert resource == {"addresses": [{"type": "work", "region": "R", "primary": True}]}

    clear_at(resource, parse_target_path('addresses[type eq "work"].region'))
    assert resource == {}


@given(st.text(max_size=40) | st.text('a.[]" eq\\:urn', max_size=40))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    with suppress(PathError):
        path = parse_target_path(text)
        assert parse_target_path(path.text) == path
