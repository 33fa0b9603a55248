"""The database selects exactly what a straightforward evaluation in memory selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tenancy.scoping import tenant_scope
from scim.models import ExtensionAttribute, ExtensionSchema
from scim.protocol import urns
from scim.protocol.filters import parse_filter
from scim.protocol.matching import matches
from scim.users.user_list import list_users
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
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

TOURS = "urn:example:params:scim:schemas:tours:2.0:User"
TEXTS = [
    "userName",
    "externalId",
    "displayName",
    "name.givenName",
    "name.familyName",
    "name.middleName",
    "nickName",
    "profileUrl",
    "emails",
    "emails.value",
    "emails.type",
    "emails.display",
    "phoneNumbers.value",
    "addresses.locality",
    "groups.value",
    "groups.display",
    "groups.type",
    "schemas",
    "meta.resourceType",
    "meta.version",
    "meta.location",
    "id",
    f"{urns.ENTERPRISE_USER}:department",
    f"{urns.ENTERPRISE_USER}:manager.value",
    f"{TOURS}:guide",
    f"{TOURS}:languages",
]
BOOLEANS = ["active", "emails.primary", f"{TOURS}:insured"]
NUMBERS = [f"{TOURS}:tours", f"{TOURS}:rate"]
MOMENTS = ["meta.created", "meta.lastModified", f"{TOURS}:since"]
COMPLEX = ["name", "emails", "meta", "groups", "addresses", f"{urns.ENTERPRISE_USER}:manager"]

PEOPLE: list[dict[str, Any]] = [
    {"userName": "a", "displayName": "A", "emails": [{"value": "a", "type": "work"}]},
    {
        "userName": "ab",
        "externalId": "A",
        "active": False,
        "name": {"givenName": "É", "middleName": "b%"},
        "emails": [
            {"value": "AB", "type": "home", "primary": True},
            {"value": "10", "type": "work", "primary": False, "display": "a_b"},
        ],
        TOURS: {"guide": "B%", "tours": 10, "insured": True, "languages": ["é", "A"]},
    },
    {
        "userName": "b%",
        "externalId": "a",
        "nickName": "a_b",
        "name": {"familyName": "ß", "givenName": "a"},
        "phoneNumbers": [{"value": "10", "type": "work"}],
        TOURS: {"rate": 1.5, "since": "2020-02-03T00:00:00.123456Z", "insured": False},
    },
    {
        "userName": "10",
        "profileUrl": "A",
        "addresses": [{"locality": "B%"}, {"locality": "a"}],
        urns.ENTERPRISE_USER: {"department": "a_b", "manager": {"value": "A"}},
        TOURS: {"since": "2011-05-13T04:42:34", "tours": -3, "rate": 10},
    },
    {"userName": "true", "displayName": "\\", "nickName": "'", "title": '"x'},
]


WORD_LITERALS = [quoted(word) for word in WORDS] + [quoted("work"), quoted("role:member"), "null"]
inner = st.one_of(
    comparisons(["value", "type", "display"], ["eq", "ne", "co", "sw", "ew"], WORD_LITERALS[:-1]),
    comparisons(["primary"], ["eq", "ne"], ["true", "false"]),
    st.sampled_from(["value pr", "display pr", "not (type pr)"]),
)
atoms = st.one_of(
    comparisons(TEXTS, ["eq", "ne"], WORD_LITERALS),
    comparisons(TEXTS, ANY, WORD_LITERALS[:-1]),
    comparisons(BOOLEANS, ["eq", "ne"], ["true", '"False"']),
    comparisons(NUMBERS, ORDERED, ["10", "2", "-3", "0"]),
    comparisons(MOMENTS, ORDERED, [quoted(date) for date in DATES]),
    st.sampled_from([f"{name} pr" for name in TEXTS + BOOLEANS + NUMBERS + MOMENTS + COMPLEX]),
    st.builds(lambda first, second: f"emails[{first} and {second}]", inner, inner),
    st.builds(lambda first, second: f"emails[{first} or {second}]", inner, inner),
    st.builds(lambda first: f"emails[{first}].value eq {quoted('a')}", inner),
)


@pytest.fixture
def tours(acme: Tenant) -> None:
    """A schema of the tenant's own, with an attribute of every type."""
    with tenant_scope(acme):
        schema = ExtensionSchema.objects.create(urn=TOURS, name="Tours")
        for name, kind, several in [
            ("guide", "string", False),
            ("languages", "string", True),
            ("insured", "boolean", False),
            ("tours", "integer", False),
            ("rate", "decimal", False),
            ("since", "dateTime", False),
        ]:
            ExtensionAttribute.objects.create(
                schema=schema, name=name, type=kind, multi_valued=several
            )


@pytest.mark.usefixtures("tours")
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(condition=combined(atoms))
def test_the_database_and_the_memory_agree(acme: Tenant, scim: SCIMClient, condition: str) -> None:
    assert scim.secret
    schemas, asked = schemas_of_client(acme, scim).user, RequestFactory().get("/")
    with tenant_scope(acme):
        everybody = list_users(asking(None), schemas, asked)["Resources"]
        if not everybody:
            for person in PEOPLE:
                scim.create(person)
            everybody = list_users(asking(None), schemas, asked)["Resources"]
        node = parse_filter(condition, schemas)

        found = list_users(asking(condition), schemas, asked)

    assert isinstance(everybody, list)
    expected = [user["id"] for user in everybody if matches(node, user)]
    assert isinstance(found["Resources"], list)
    assert [user["id"] for user in found["Resources"]] == expected
    assert found["totalResults"] == len(expected)


SORTED = [*TEXTS, *BOOLEANS, *NUMBERS, *MOMENTS]


@pytest.mark.usefixtures("tours")
@pytest.mark.parametrize("order", ["ascending", "descending"])
@pytest.mark.parametrize("name", SORTED)
def test_a_list_can_be_walked_in_any_order(scim: SCIMClient, name: str, order: str) -> None:
    for person in PEOPLE:
        scim.create(person)
    query = f"sortBy={name}&sortOrder={order}"

    at_once = [user["id"] for user in scim.get(f"/Users?{query}")["Resources"]]
    by_cursor: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = scim.get(f"/Users?{query}&count=2&cursor={cursor}")
        by_cursor += [user["id"] for user in page["Resources"]]
        last, cursor = page, page.get("nextCursor")
    backwards = [user["id"] for user in last["Resources"]]
    while "previousCursor" in last:
        last = scim.get(f"/Users?{query}&count=2&cursor={last['previousCursor']}")
        backwards = [user["id"] for user in last["Resources"]] + backwards

    assert len(at_once) == len(PEOPLE)
    assert by_cursor == at_once
    assert backwards == at_once
