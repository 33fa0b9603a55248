"""Resources are read leniently and come out canonical."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.core_schemas import COMMON, GROUP, USER
from scim.protocol.errors import InvalidSyntaxError, InvalidValueError, MutabilityError, SCIMError
from scim.protocol.requirements import check_complete
from scim.protocol.resources import check_immutable, check_required, read_resource
from scim.protocol.schemas import Attribute, Schema, with_extensions, with_required
from tests.scim.protocol.data import ENTERPRISE, load, nested

TENANT_SCHEMA = Schema(
    id="urn:example:tenant:1.0:User",
    name="Tenant",
    description="The tenant's own attributes",
    attributes=(
        Attribute(name="level", type="integer", required=True),
        Attribute(name="score", type="decimal"),
        Attribute(name="badge", mutability="immutable"),
        Attribute(name="hired", type="dateTime"),
        Attribute(name="page", type="reference", reference_types=("external",)),
        Attribute(name="size", canonical_values=("Small", "Large"), only_canonical_values=True),
        Attribute(name="tags", multi_valued=True),
    ),
)
TENANT_USER = with_extensions(USER, [TENANT_SCHEMA])


@pytest.mark.parametrize("case", load("traffic/users.json"), ids=lambda case: case["sender"])
def test_what_identity_providers_send_is_read(case: dict[str, Any]) -> None:
    resource = read_resource(case["body"], USER)

    assert resource == case["resource"]
    assert read_resource(resource, USER) == resource


@pytest.mark.parametrize("body", [[], "x", 7, None, True])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntaxError):
        read_resource(body, USER)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"userName": {"a": 1}}, "userName"),
        ({"userName": ["a"]}, "userName"),
        ({"userName": True}, "userName"),
        ({"userName": 12345}, "userName"),
        ({"userName": "a\x00b"}, "userName"),
        ({"userName": "a\ud800"}, "userName"),
        ({"userName": "x" * 70_000}, "userName"),
        ({"active": "yes"}, "active"),
        ({"active": 1}, "active"),
        ({"name": "x"}, "name"),
        ({"name": [{"givenName": "x"}]}, "name"),
        ({"name": {"givenName": ["x"]}}, "name.givenName"),
        ({"emails": [["x"]]}, "emails"),
        ({"emails": [{"primary": "maybe"}]}, "emails.primary"),
        ({"addresses": ["x"]}, "addresses"),
        ({"profileUrl": "not a url"}, "profileUrl"),
        ({"x509Certificates": [{"value": "!!"}]}, "x509Certificates.value"),
        ({ENTERPRISE: "x"}, ENTERPRISE),
        ({TENANT_SCHEMA.id: {"level": "high"}}, "level"),
        ({TENANT_SCHEMA.id: {"level": 1.5}}, "level"),
        ({TENANT_SCHEMA.id: {"level": 2**70}}, "level"),
        ({TENANT_SCHEMA.id: {"score": float("inf")}}, "score"),
        ({TENANT_SCHEMA.id: {"hired": "yesterday"}}, "hired"),
        ({TENANT_SCHEMA.id: {"size": "Medium"}}, "size"),
        ({f"a{number}": 1 for number in range(1_001)}, "attributes"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(body: object, named: str) -> None:
    with pytest.raises(InvalidValueError, match=named):
        read_resource(body, TENANT_USER)


def test_a_tenants_own_attributes_take_their_types() -> None:
    body = {
        TENANT_SCHEMA.id.upper(): {
            "LEVEL": "7",
            "score": 1.5,
            "size": "large",
            "hired": "2011-05-13T04:42:34Z",
            "tags": "red",
        }
    }

    assert read_resource(body, TENANT_USER) == {
        TENANT_SCHEMA.id: {
            "level": 7,
            "score": 1.5,
            "size": "Large",
            "hired": "2011-05-13T04:42:34Z",
            "tags": ["red"],
        }
    }


def test_missing_required_attributes_are_all_named() -> None:
    with pytest.raises(InvalidValueError, match=r"userName, urn:example:tenant:1.0:User:level"):
        check_required({"active": True}, TENANT_USER)


def test_a_source_can_require_more() -> None:
    strict = with_required(USER, ["name.givenName", 'emails[type eq "work"].value'])
    complete = {"userName": "a", "name": {"givenName": "A"}, "emails": [_email("work")]}

    check_complete(complete, strict)
    check_required({"userName": "a"}, USER)
    with pytest.raises(InvalidValueError, match=r"name, .*emails"):
        check_complete({"userName": "a"}, strict)
    with pytest.raises(InvalidValueError, match=r"name\.givenName"):
        check_complete(complete | {"name": {"familyName": "A"}}, strict)
    with pytest.raises(InvalidValueError, match=r'emails\[type eq "work"\]\.value'):
        check_complete(complete | {"emails": [_email("home")]}, strict)


def test_what_a_source_requires_is_listed_as_required() -> None:
    strict = with_required(USER, ["displayName", f"{ENTERPRISE}:department"])

    def required(document: dict[str, Any]) -> set[str]:
        return {item["name"] for item in document["attributes"] if item["required"]}

    assert required(strict.schema.to_document(base_url="")) == {"userName", "displayName"}
    assert required(strict.extensions[0].to_document(base_url="")) == {"department"}
    assert strict.to_document(base_url="")["schemaExtensions"] == [
        {"schema": ENTERPRISE, "required": True}
    ]


def test_requiring_an_unknown_attribute_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="nosuch"):
        with_required(USER, ["nosuch"])


def test_an_immutable_attribute_keeps_its_value() -> None:
    before = {TENANT_SCHEMA.id: {"badge": "1"}}

    check_immutable(before, {TENANT_SCHEMA.id: {"badge": "1"}}, TENANT_USER)
    check_immutable({}, before, TENANT_USER)
    with pytest.raises(MutabilityError):
        check_immutable(before, {}, TENANT_USER)


def test_a_value_named_twice_is_kept_once() -> None:
    assert read_resource({"emails": "a", "emails.value": "a"}, USER) == {"emails": [{"value": "a"}]}


def test_the_servers_own_resources_keep_read_only_attributes() -> None:
    body = {"id": "1", "userName": "a", "groups": [{"value": "g"}], "meta": {"version": "1"}}

    assert read_resource(body, USER, also_read_only=True) == body
    assert read_resource(body, USER) == {"userName": "a"}


@pytest.mark.parametrize("resource_type", [USER, GROUP], ids=lambda kind: kind.name)
def test_documents_hold_no_nulls(resource_type: Any) -> None:
    documents = [
        resource_type.to_document(base_url="https://x/scim/v2"),
        *(
            schema.to_document(base_url="https://x/scim/v2")
            for schema in (resource_type.schema, *resource_type.extensions)
        ),
    ]

    assert not [document for document in documents if _has_null(document)]
    assert documents[0]["meta"]["location"].startswith("https://x/scim/v2/ResourceTypes/")


def test_the_user_schema_has_every_attribute_of_the_rfc() -> None:
    assert {attribute.name for attribute in USER.schema.attributes} == {
        *("userName", "name", "displayName", "nickName", "profileUrl", "title", "userType"),
        *("preferredLanguage", "locale", "timezone", "active", "password", "emails"),
        *("phoneNumbers", "ims", "photos", "addresses", "groups", "entitlements", "roles"),
        "x509Certificates",
    }
    assert {attribute.name for attribute in COMMON} == {"schemas", "id", "externalId", "meta"}
    user_name = USER.schema.attribute("USERNAME")
    assert user_name is not None
    assert (user_name.required, user_name.case_exact, user_name.uniqueness) == (
        True,
        False,
        "server",
    )


def test_depth_is_no_danger() -> None:
    deep = nested(100_000)

    with pytest.raises(InvalidValueError):
        read_resource({"emails": [{"value": deep}]}, USER)
    assert read_resource({"unknown": deep, "userName": "a"}, USER) == {"userName": "a"}


_NAMES = st.sampled_from(
    [
        *("userName", "USERNAME", "name", "name.givenName", "emails", "emails.value", "value"),
        *("active", "primary", "type", "givenName", "manager", ENTERPRISE, f"{ENTERPRISE}:manager"),
        *("meta", "id", "schemas", "addresses", "x509Certificates", "profileUrl", "roles", "other"),
    ]
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["True", "false", "", "AAAA", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES, _JSON, max_size=6))
def test_reading_twice_changes_nothing(body: dict[str, Any]) -> None:
    try:
        resource = read_resource(body, USER)
    except SCIMError:
        return

    assert read_resource(resource, USER) == resource
    assert not _has_null(resource)


def _email(kind: str) -> dict[str, str]:
    return {"type": kind, "value": "a@example.com"}


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_null(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_null(item) for item in value)
    return value is None
