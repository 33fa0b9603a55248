"""Resources that say the same are the same, and what a target shows says what was wanted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.protocol.canonical import canonical, difference, digest, has_value, shows
from provisioning.protocol.paths import parse_target_path

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["True"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "value", "primary", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)
RESOURCES = st.dictionaries(st.sampled_from(["active", "emails", "title", "id"]), _VALUES)


def test_order_spelling_and_emptiness_say_nothing() -> None:
    one = {
        "active": "True",
        "emails": [
            {"value": "b", "type": "work", "primary": "true"},
            {"type": "home", "value": "a", "primary": False},
        ],
        "title": "",
        "nickName": None,
        "name": {"familyName": "", "givenName": "A"},
        "x509Certificates": [],
        "id": "7",
        "meta": {"version": "1"},
        "schemas": ["urn:x"],
        "groups": [{"value": "g"}],
    }
    other = {
        "emails": [
            {"type": "home", "value": "a"},
            {"primary": True, "type": "work", "value": "b"},
        ],
        "name": {"givenName": "A"},
        "active": True,
    }

    assert canonical(one) == canonical(other)
    assert digest(canonical(one)) == digest(canonical(other))


@given(RESOURCES)
def test_canonical_is_what_it_is_already(resource: dict[str, Any]) -> None:
    once = canonical(resource)

    assert canonical(once) == once
    assert difference(once, resource | {"id": None}) == difference(once, once) == {}


@given(RESOURCES, st.randoms())
def test_the_order_of_lists_does_not_matter(resource: dict[str, Any], random: Any) -> None:
    shuffled = {
        name: random.sample(value, len(value)) if isinstance(value, list) else value
        for name, value in reversed(resource.items())
    }

    assert digest(canonical(shuffled)) == digest(canonical(resource))


def test_a_cleared_attribute_is_a_change() -> None:
    before = {"title": "T", "nickName": "N", "active": True}
    after = {"title": "", "active": "True", "emails": [{"value": "e"}]}

    assert difference(before, after) == {
        "emails": (None, [{"value": "e"}]),
        "nickName": ("N", None),
        "title": ("T", None),
    }


def test_false_and_zero_are_values() -> None:
    assert difference({"a": False, "b": 0}, {}) == {"a": (False, None), "b": (0, None)}
    assert difference({"a": False}, {"a": 0}) == {"a": (False, 0)}


@pytest.mark.parametrize(
    ("path", "shown", "wanted", "is_shown"),
    [
        ("title", "T", "T", True),
        ("title", "t", "T", False),
        ("title", None, "", True),
        ("title", "", None, True),
        ("title", "T", None, False),
        ("title", None, "T", False),
        ("userName", "ADA@x", "ada@X", True),
        ('emails[type eq "work"].value', "ADA@x", "ada@X", True),
        ("urn:x:flag", "True", True, True),
        ("urn:x:flag", False, True, False),
        ("urn:x:number", "5", 5, True),
        ("emails", [{"value": "a", "display": "A"}, {"value": "b"}], [{"value": "b"}], False),
        (
            "emails",
            [{"value": "b", "$ref": "…"}, {"value": "A", "primary": "false"}],
            [{"value": "a"}, {"value": "b"}],
            True,
        ),
        ("emails", None, [{"value": "a"}], False),
        ("name", {"givenName": "A", "formatted": "A L"}, {"givenName": "A"}, True),
        ("name", {"givenName": "B"}, {"givenName": "A"}, False),
        ("title", ["T"], "T", False),
    ],
)
def test_what_a_target_shows_says_what_is_wanted(
    path: str, shown: Any, wanted: Any, *, is_shown: bool
) -> None:
    assert shows(parse_target_path(path), shown, wanted) is is_shown


@pytest.mark.parametrize(
    ("path", "value", "has"),
    [
        ("userName", "ADA@x", True),
        ("userName", "bob@x", False),
        ("externalId", "7", True),
        ("externalId", "8", False),
        ("emails.value", "second@x", True),
        ("emails", "Second@X", True),
        ('emails[type eq "work"].value', "second@x", False),
        ("urn:x:User:number", "5", True),
        ("title", "T", False),
    ],
)
def test_a_hit_is_one_that_has_the_value(path: str, value: str, *, has: bool) -> None:
    resource = {
        "userName": "ada@X",
        "externalId": 7,
        "emails": [{"type": "work", "value": "ada@x"}, {"type": "home", "value": "second@x"}],
        "urn:x:User": {"number": "5"},
    }

    assert has_value(resource, parse_target_path(path), value) is has
