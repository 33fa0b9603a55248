"""Mapping tables applied to people and groups."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from provisioning.mapping.compiled import Mapped, compile_rows
from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.mapping.rows import How, Row
from provisioning.protocol.steps import Kind

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA: dict[str, Any] = {
    "userName": "ada@example.com",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "active": True,
    "emails": [{"type": "work", "value": "ada@example.com", "primary": True}],
    "phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}],
    "role": "editor",
    "groups": ["Sales", "Berlin"],
    ENTERPRISE: {"department": "Engines", "manager": {"value": "m1", "displayName": "Mary"}},
}


def mapped(*rows: Row, resource: dict[str, Any] = ADA, kind: Kind = Kind.USER) -> Mapped:
    before = copy.deepcopy(resource)
    found = compile_rows(rows, kind=kind).apply(resource)
    assert resource == before
    return found


def direct(target: str, source: str, **more: Any) -> Row:
    return Row(target, How.DIRECT, source, **more)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (direct("userName", "userName"), {"userName": "ada@example.com"}),
        (direct("name", "name"), {"name": {"givenName": "Ada", "familyName": "Lovelace"}}),
        (direct("name.givenName", "name.givenName"), {"name": {"givenName": "Ada"}}),
        (
            direct('emails[type eq "work"].value', 'emails[type eq "work"].value'),
            {"emails": [{"type": "work", "value": "ada@example.com"}]},
        ),
        (
            direct('emails[type eq "work" and primary eq true].value', "userName"),
            {"emails": [{"type": "work", "primary": True, "value": "ada@example.com"}]},
        ),
        (direct("emails", "emails"), {"emails": ADA["emails"]}),
        (direct("emails", "userName"), {"emails": [{"value": "ada@example.com"}]}),
        (direct("title", "groups"), {"title": "Sales"}),
        (direct("nickName", "phoneNumbers"), {"nickName": {"type": "mobile", "value": "1"}}),
        (
            direct(f"{ENTERPRISE}:department", f"{ENTERPRISE}:department"),
            {ENTERPRISE: {"department": "Engines"}},
        ),
        (
            direct(f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager"),
            {ENTERPRISE: {"manager": {"value": "m1"}}},
        ),
        (
            direct("urn:ietf:params:scim:schemas:core:2.0:User:title", "role"),
            {"title": "editor"},
        ),
        (Row("active", How.CONSTANT, "False"), {"active": False}),
        (Row("userType", How.CONSTANT, "Employee"), {"userType": "Employee"}),
        (
            Row("displayName", How.TEMPLATE, "{name.givenName}.{ name.familyName } {{x}}"),
            {"displayName": "Ada.Lovelace {x}"},
        ),
        (Row("title", How.TEMPLATE, "{nickName}.{title}"), {}),
        (Row("title", How.TEMPLATE, "{groups}!"), {"title": "Sales!"}),
        (Row("title", How.LOOKUP, "role", {" Editor ": "Writer"}), {"title": "Writer"}),
        (Row("title", How.LOOKUP, "role", {"admin": "Boss"}, "Staff"), {"title": "Staff"}),
        (Row("title", How.LOOKUP, "role", {"admin": "Boss"}), {}),
        (Row("title", How.LOOKUP, "groups", {"Sales": "Seller"}), {"title": "Seller"}),
        (Row("title", How.EXPRESSION, "upper(role)"), {"title": "EDITOR"}),
        (Row("active", How.EXPRESSION, "'Sales' in groups"), {"active": True}),
        (direct("title", "nickName", default="None"), {"title": "None"}),
        (direct("title", "nickName"), {}),
        (
            Row('roles[type eq "seatType"].value', How.CONSTANT, "full"),
            {"roles": [{"type": "seatType", "value": "full"}]},
        ),
    ],
)
def test_a_row_fills(row: Row, expected: dict[str, Any]) -> None:
    assert mapped(row).always == expected


def test_rows_fill_together() -> None:
    rows = [
        direct("name.givenName", "name.givenName"),
        direct("name.familyName", "name.familyName"),
        direct('phoneNumbers[type eq "work"].value', 'phoneNumbers[type eq "work"].value'),
        direct('phoneNumbers[type eq "fax"].value', 'phoneNumbers[type eq "fax"].value'),
        direct("title", "title"),
        Row("userType", How.CONSTANT, "new", on_create_only=True),
    ]

    found = mapped(*rows)

    assert found.always == {
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "phoneNumbers": [{"type": "work", "value": "2"}],
    }
    assert found.on_create == {"userType": "new"}
    assert found.filled == {
        "name.givenName",
        "name.familyName",
        'phoneNumbers[type eq "work"].value',
        'phoneNumbers[type eq "fax"].value',
        "title",
    }


def test_custom_attributes_of_a_group() -> None:
    group = {"displayName": "Sales", "customAttributes": {"Cost center": "42"}}

    found = mapped(
        Row("displayName", How.TEMPLATE, "{displayName} ({customAttributes.Cost center})"),
        direct("externalId", "customAttributes.Cost center"),
        Row("urn:x:Group:code", How.EXPRESSION, "value('customAttributes.Cost center') + '!'"),
        resource=group,
        kind=Kind.GROUP,
    )

    assert found.always == {
        "displayName": "Sales (42)",
        "externalId": "42",
        "urn:x:Group": {"code": "42!"},
    }


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (direct("id", "userName"), "made by the target"),
        (direct("meta.created", "userName"), "made by the target"),
        (direct("password", "userName"), "never sent"),
        (direct("roles", "role"), "switches"),
        (direct("members", "userName"), "switches"),
        (direct('members[type eq "User"].value', "userName"), "switches"),
        (direct("emails.value", "userName"), "say which"),
        (direct("emails[type", "userName"), "not an attribute"),
        (direct('emails[type co "w"].value', "userName"), "not understood"),
        (direct('emails[type eq "w" and ].value', "userName"), "not understood"),
        (direct("emails[].value", "userName"), "not understood"),
        (direct("title", "what is this"), "not an attribute"),
        (Row("title", How.TEMPLATE, "{a b}"), "not an attribute"),
        (Row("title", How.TEMPLATE, "{userName"), "brace"),
        (Row("title", How.TEMPLATE, "{{userName}"), "brace"),
        (Row("title", How.EXPRESSION, "9**9"), "not part|powers"),
        (direct("a" * 501, "userName"), "not an attribute"),
        (direct("USERNAME", "userName"), "same attribute"),
        (direct("name", "name"), "same attribute"),
    ],
)
def test_a_row_is_refused_with_its_position(row: Row, says: str) -> None:
    first = [direct("userName", "userName"), direct("name.givenName", "name.givenName")]

    with pytest.raises(MappingError, match=says) as caught:
        compile_rows([*first, row], kind=Kind.USER)

    assert caught.value.position == 2


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (Row("active", How.CONSTANT, "perhaps"), "yes or no"),
        (Row("title", How.TEMPLATE, "{name}"), "has parts"),
        (direct("title.part", "name"), "has parts"),
        (Row("title", How.EXPRESSION, "left(role, 'x')"), "number"),
        (direct("title", "userName"), "longer"),
    ],
)
def test_a_row_that_fits_one_person_not_says_which(row: Row, says: str) -> None:
    resource = {**ADA, "userName": "x" * 10_001}
    rows = compile_rows([Row("userType", How.CONSTANT, "x"), row], kind=Kind.USER)

    with pytest.raises(EvaluationError, match=says) as caught:
        rows.apply(resource)

    assert caught.value.position == 1


def test_a_group_has_no_active() -> None:
    with pytest.raises(MappingError, match="Groups"):
        compile_rows([Row("active", How.CONSTANT, "true")], kind=Kind.GROUP)
