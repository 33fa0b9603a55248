"""Searches at the root, over people and groups with one filter (RFC 7644, Section 3.4.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.schemas import AttributePath, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scim import SCIMClient


def found(scim: SCIMClient, condition: str, *, expect: int = 200) -> list[str]:
    """Return the names of what a search at the root finds, which both ways of asking agree on."""
    query = urlencode({"filter": condition, "count": 1000})
    by_get = scim.request("GET", f"/?{query}", expect=expect)
    body = {"filter": condition, "count": 1000}
    by_post = scim.request("POST", "/.search", body, expect=expect)
    assert by_get == by_post
    return [each.get("userName") or each["displayName"] for each in by_get.get("Resources", [])]


@pytest.fixture
def people_and_groups(scim: SCIMClient) -> None:
    scim.create({"userName": "zz", "title": "Guide"})
    scim.create({"userName": "yy", "displayName": "Sales"})
    scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)


@pytest.mark.usefixtures("people_and_groups")
@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ('userName eq "zy" or displayName eq "Sales"', ["yy", "Sales"]),
        ('userName eq "zz" or displayName eq "Sales"', ["zz", "yy", "Sales"]),
        ('userName eq "zz" and displayName eq "Sales"', []),
        ('not (userName pr) and displayName eq "Sales"', ["Sales"]),
        ('userName ne "zz" and displayName eq "Sales"', ["yy", "Sales"]),
        ('userName eq null and displayName eq "Sales"', ["Sales"]),
        ('displayName eq "Sales" and not (emails[type eq "work"])', ["yy", "Sales"]),
        ('displayName eq "Sales" and not (emails.value ne "x")', ["yy", "Sales"]),
        ('meta.resourceType eq "Group" and displayName eq "Sales"', ["Sales"]),
        ('members pr and displayName eq "Sales"', []),
    ],
)
def test_what_a_kind_lacks_has_no_value_there(
    scim: SCIMClient, condition: str, names: list[str]
) -> None:
    assert found(scim, condition) == names


def attributes_of_one_kind_only() -> Iterator[str]:
    """Every attribute that people have and groups do not, and the other way round."""
    for kind, other in ((USER, GROUP), (GROUP, USER)):
        for name in _names(kind):
            if other.resolve(name) is None:
                yield name


def _names(kind: ResourceType) -> Iterator[str]:
    for path in kind.attributes():
        if path.attribute.returned != "never":
            yield str(path)
            for sub in path.attribute.sub_attributes:
                yield str(AttributePath(path.extension, path.attribute, sub))


def test_no_attribute_of_one_kind_hides_the_other(scim: SCIMClient) -> None:
    scim.create({"userName": "zz"})
    scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)

    names = list(attributes_of_one_kind_only())
    hiding = [
        name
        for name in names
        if not {"zz", "Sales"}
        <= set(found(scim, f'{name} pr or userName eq "zz" or displayName eq "Sales"'))
    ]

    assert len(names) > 50
    assert hiding == []


@pytest.mark.parametrize("condition", ['nosuch eq "x"', 'active gt "x"', 'userName eq "a" or', ""])
def test_a_filter_that_no_kind_can_answer_is_refused(scim: SCIMClient, condition: str) -> None:
    query = urlencode({"filter": condition})

    error = scim.request("GET", f"/?{query}", expect=400)

    assert error["scimType"] == "invalidFilter"


def test_an_order_that_one_kind_lacks_is_its_own(scim: SCIMClient) -> None:
    scim.create({"userName": "b"})
    scim.create({"userName": "a"})
    scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)

    query = urlencode({"sortBy": "userName", "filter": 'userName pr or displayName eq "Sales"'})
    listed = scim.get(f"/?{query}")["Resources"]

    assert [each.get("userName") or each["displayName"] for each in listed] == ["a", "b", "Sales"]
    scim.request("GET", "/?sortBy=nosuch", expect=400)
