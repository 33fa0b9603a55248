"""Filters are parsed, refused and evaluated as RFC 7644, Section 3.4.2.2 says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.errors import InvalidFilterError
from scim.protocol.filter_nodes import And, Comparison, Not, Present, ValuePath
from scim.protocol.filters import parse_filter
from scim.protocol.matching import matches
from scim.protocol.schemas import Attribute, Schema, with_extensions
from tests.scim.protocol.data import ENTERPRISE, load

PEOPLE: dict[str, Any] = load("examples/people.json")
TENANT_SCHEMA = Schema(
    id="urn:example:tenant:1.0:User",
    name="Tenant",
    description="",
    attributes=(
        Attribute(name="level", type="integer"),
        Attribute(name="score", type="decimal"),
        Attribute(name="tags", multi_valued=True),
    ),
)
TENANT_USER = with_extensions(USER, [TENANT_SCHEMA])


@pytest.mark.parametrize("example", load("examples/filters.json"), ids=lambda e: e["filter"])
def test_a_filter_selects_exactly_these_people(example: dict[str, Any]) -> None:
    node = parse_filter(example["filter"], USER)

    selected = [name for name, person in PEOPLE.items() if matches(node, person)]

    assert selected == example["matches"]


@pytest.mark.parametrize("text", load("examples/refused_filters.json"))
def test_a_filter_that_cannot_be_mapped_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilterError) as refusal:
        parse_filter(text, USER)

    assert refusal.value.to_message()["scimType"] == "invalidFilter"


def test_names_resolve_to_their_definitions() -> None:
    node = parse_filter(f"{ENTERPRISE.upper()}:MANAGER.value eq x", USER)

    assert isinstance(node, Comparison)
    assert node.path.keys == (ENTERPRISE, "manager", "value")
    assert node.path.target.case_exact


def test_a_date_time_becomes_a_moment_in_utc() -> None:
    node = parse_filter('meta.created ge "2011-05-13T06:42:34.5+02:00"', USER)

    assert isinstance(node, Comparison)
    assert node.value == datetime(2011, 5, 13, 4, 42, 34, 500_000, tzinfo=UTC)


def test_both_conditions_of_a_value_path_bind_to_one_element() -> None:
    node = parse_filter('emails[type eq "work" and value co "x"]', USER)

    assert isinstance(node, ValuePath)
    assert isinstance(node.term, And)
    assert not matches(node, {"emails": [{"type": "work"}, {"type": "home", "value": "x"}]})
    assert matches(node, {"emails": [{"type": "work", "value": "axb"}]})


def test_null_is_read_as_absence() -> None:
    path = Present(parse_filter("title pr", USER).path)  # type: ignore[union-attr]

    assert parse_filter("title eq null", USER) == Not(path)
    assert parse_filter("title ne null", USER) == path


def test_members_compare_by_their_id() -> None:
    node = parse_filter('id eq "G" and members eq "U"', GROUP)

    assert matches(node, {"id": "G", "members": [{"value": "T"}, {"value": "U"}]})
    assert not matches(node, {"id": "G", "members": [{"value": "u"}]})


def test_attributes_of_a_tenants_own_schema_are_filtered_by_their_type() -> None:
    urn = TENANT_SCHEMA.id
    person = {urn: {"level": 7, "score": 1.5, "tags": ["Red", "blue"]}}

    def select(text: str) -> bool:
        return matches(parse_filter(text.replace("@", f"{urn}:"), TENANT_USER), person)

    assert select("@level gt 6 and @level lt 8 and @score ge 1.5")
    assert select('@tags eq "red"')
    assert select('@tags[value sw "bl"]')
    assert not select("@level gt 7")
    with pytest.raises(InvalidFilterError):
        select('@level eq "seven"')
    with pytest.raises(InvalidFilterError):
        select("@level eq 7.5")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 33 + "title pr" + ")" * 33,
        "(" * 4_000,
        "not (" * 1_000 + "title pr" + ")" * 1_000,
        " and ".join(["title pr"] * 101),
        'title eq "' + "x" * 9_000 + '"',
        "[" * 8_000,
        "emails[" * 500,
    ],
    ids=["depth", "open", "not", "conditions", "length", "brackets", "nested paths"],
)
def test_an_excessive_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilterError):
        parse_filter(text, USER)


def test_a_hundred_conditions_are_accepted() -> None:
    assert isinstance(parse_filter(" and ".join(["title pr"] * 100), USER), And)


_WORDS = st.sampled_from(
    [
        *("userName", "emails", "name.givenName", "active", "meta.created", "nosuch", ".value"),
        *("and", "or", "not", "eq", "ne", "co", "gt", "pr", "true", "null", "7", "1e999", "x"),
        *("(", ")", "[", "]", '"', '"a"', '"\\"', '"2011-05-13T04:42:34Z"', " ", "\n", "\x00"),
        *(f"{ENTERPRISE}:manager", "urn:", ":", "$ref", "\\", "é", "\ud800"),
    ]
)


@given(st.lists(_WORDS, max_size=30).map(" ".join) | st.text(max_size=60))
def test_no_text_raises_anything_but_invalid_filter(text: str) -> None:
    try:
        node = parse_filter(text, USER)
    except InvalidFilterError:
        return
    for person in PEOPLE.values():
        assert isinstance(matches(node, person), bool)


_VALUES = st.sampled_from(["", "a", "A", "b", "%", "a b"])
_SIMPLE = st.tuples(st.sampled_from(["title", "id"]), st.sampled_from(["eq", "ne", "co"]), _VALUES)


@given(st.lists(_SIMPLE, min_size=1, max_size=5), st.lists(st.sampled_from(["and", "or"])), _VALUES)
def test_and_binds_tighter_than_or(
    conditions: list[tuple[str, str, str]], joiners: list[str], value: str
) -> None:
    person = {"title": value, "id": value} if value else {}
    used = (joiners + ["and"] * len(conditions))[: len(conditions) - 1]
    text = conditions[0][0] + f' {conditions[0][1]} "{conditions[0][2]}"'
    for joiner, (name, operator, literal) in zip(used, conditions[1:], strict=True):
        text += f' {joiner} {name} {operator} "{literal}"'

    groups: list[list[bool]] = [[_holds(*conditions[0], person)]]
    for joiner, condition in zip(used, conditions[1:], strict=True):
        if joiner == "or":
            groups.append([])
        groups[-1].append(_holds(*condition, person))

    assert matches(parse_filter(text, USER), person) is any(all(group) for group in groups)


def _holds(name: str, operator: str, literal: str, person: dict[str, str]) -> bool:
    value = person.get(name)
    if value is None:
        return operator == "ne"
    if name == "title":
        value, literal = value.lower(), literal.lower()
    return {"eq": value == literal, "ne": value != literal, "co": literal in value}[operator]
