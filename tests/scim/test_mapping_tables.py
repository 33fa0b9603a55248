"""What a mapping table accepts, it can use: every field with every attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from accounts.tenancy.scoping import tenant_scope
from scim.errors import MappingError
from scim.models import DEFAULT_MAPPINGS, Resource, Source
from scim.protocol import urns
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.paths import PatchPath, parse_path
from scim.protocol.resources import attribute_value, read_resource
from scim.protocol.schemas import Attribute, AttributePath, ResourceType, Schema, with_extensions
from scim.services.mappings import MappingRow, check_attribute, set_mapping
from scim.sources.mapping import GROUP_FIELDS, USER_FIELDS, compile_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

URN = "urn:example:params:scim:schemas:acme:2.0"
TYPES: tuple[Any, ...] = (
    *("string", "boolean", "decimal", "integer", "dateTime", "reference", "binary"),
)
OF_EVERY_TYPE = tuple(Attribute(name=f"a{kind}", type=kind) for kind in TYPES)
SAMPLES: dict[str, Any] = {
    "string": "sample",
    "boolean": True,
    "decimal": 1.5,
    "integer": 7,
    "dateTime": "2026-01-02T03:04:05Z",
    "reference": "https://a.example/",
    "binary": "QUJD",
}


def extended(resource_type: ResourceType) -> ResourceType:
    own = Schema(f"{URN}:{resource_type.name}", "Acme", "", OF_EVERY_TYPE)
    return with_extensions(resource_type, [own])


class Table(NamedTuple):
    """The fields of a kind of resource, and the type with one more attribute of every type."""

    fields: dict[str, str]
    resource_type: ResourceType


TABLES = {
    Resource.USER: Table(USER_FIELDS, extended(USER)),
    Resource.GROUP: Table(GROUP_FIELDS, extended(GROUP)),
}


def paths(resource_type: ResourceType) -> Iterator[AttributePath]:
    for path in resource_type.attributes():
        yield path
        for sub in path.attribute.sub_attributes:
            yield AttributePath(path.extension, path.attribute, sub)


def accepts(field: str, text: str, resource_type: ResourceType) -> bool:
    try:
        check_attribute(field, text, resource_type)
    except MappingError:
        return False
    return True


def sample(path: AttributePath) -> dict[str, Any]:
    """Return a resource in which only this attribute has a value."""
    attribute, target = path.attribute, path.target
    if attribute.type != "complex":
        return {str(path): SAMPLES[target.type]}
    element = {} if target is attribute else {target.name: SAMPLES[target.type]}
    for sub in attribute.sub_attributes:
        if sub.name in {"value", "formatted"}:  # An element with labels only has no value.
            element.setdefault(sub.name, SAMPLES[sub.type])
    path_to_all = AttributePath(path.extension, attribute)
    return {str(path_to_all): element}


def value_at(resource: dict[str, Any], text: str, resource_type: ResourceType) -> Any:
    target = parse_path(text, resource_type)
    assert isinstance(target, PatchPath)
    value = attribute_value(resource, target.path)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        sub = target.path.sub_attribute
        value = value.get(sub.name if sub else "value")
    return value


@pytest.mark.parametrize("kind", TABLES)
def test_whatever_is_accepted_fills_its_field(kind: Resource) -> None:
    fields, resource_type = TABLES[kind]
    accepted = 0

    for field, own in fields.items():
        for path in paths(resource_type):
            if not accepts(field, str(path), resource_type):
                continue
            accepted += 1
            sent = read_resource(sample(path), resource_type)
            mapping = compile_mapping([(field, str(path))], fields)
            filled = mapping.apply(sent, resource_type)
            expected = value_at(sent, str(path), resource_type)
            assert expected is not None, path
            assert value_at(filled, own, resource_type) == expected, (field, path)

    assert accepted > len(fields)


@pytest.mark.parametrize("kind", TABLES)
def test_what_nobody_can_send_or_read_back_is_refused(kind: Resource) -> None:
    fields, resource_type = TABLES[kind]
    unusable = [
        path
        for path in paths(resource_type)
        if {path.attribute.mutability, path.target.mutability} != {"readWrite"}
        or "never" in {path.attribute.returned, path.target.returned}
    ]

    assert len(unusable) > 5
    assert [
        (field, str(path))
        for field in fields
        for path in unusable
        if accepts(field, str(path), resource_type)
    ] == []


@pytest.mark.parametrize("kind", TABLES)
def test_an_attribute_of_another_type_is_refused(kind: Resource) -> None:
    fields, resource_type = TABLES[kind]

    for field, own in fields.items():
        target = parse_path(own, resource_type)
        assert isinstance(target, PatchPath)
        taken = [
            each.type
            for each in OF_EVERY_TYPE
            if accepts(field, f"{URN}:{resource_type.name}:{each.name}", resource_type)
        ]
        assert taken == [target.path.target.type], field


def test_every_default_row_is_accepted() -> None:
    for kind, (_fields, resource_type) in TABLES.items():
        for field, text, _required in DEFAULT_MAPPINGS[kind]:
            assert accepts(field, text, resource_type)


ALWAYS = [
    (kind, field)
    for kind, rows in DEFAULT_MAPPINGS.items()
    for field, _path, required in rows
    if required
]


@pytest.mark.parametrize("text", ["externalId", "nickName", f"{urns.ENTERPRISE_USER}:division"])
def test_an_always_required_row_of_users_is_required_on_the_wire_and_listed(
    acme: Tenant, scim: SCIMClient, text: str
) -> None:
    map_to(acme, Resource.USER, "user_name", text)

    error = scim.request("POST", "/Users", {"userName": "a@acme.example"}, expect=400)
    made = scim.create({text: "from-there", "userName": "a@acme.example"})

    assert text.rpartition(":")[2] in error["detail"]
    assert made["userName"] == "from-there"
    assert text.rpartition(":")[2] in required(scim)
    scim.request("PUT", f"/Users/{made['id']}", {"userName": "b@acme.example"}, expect=400)


def test_an_always_required_row_of_groups_is_required_on_the_wire_and_listed(
    acme: Tenant, scim: SCIMClient
) -> None:
    map_to(acme, Resource.GROUP, "display_name", "externalId")

    error = scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=400)
    made = scim.request("POST", "/Groups", {"externalId": "Sales"}, expect=201)

    assert "externalId" in error["detail"]
    assert made["displayName"] == "Sales"
    assert "externalId" in required(scim)


def test_the_always_required_rows_are_known() -> None:
    assert ALWAYS == [(Resource.USER, "user_name"), (Resource.GROUP, "display_name")]


def test_schemas_list_the_common_attributes_only_where_they_are_demanded(scim: SCIMClient) -> None:
    names = [
        attribute["name"]
        for schema in scim.get("/Schemas")["Resources"]
        for attribute in schema["attributes"]
    ]

    assert not {"externalId", "id", "meta", "schemas"} & set(names)


def map_to(tenant: Tenant, kind: Resource, field: str, text: str) -> None:
    with tenant_scope(tenant):
        source = Source.objects.get()
        rows = [
            MappingRow(name, text if name == field else path)
            for name, path, _required in DEFAULT_MAPPINGS[kind]
        ]
        set_mapping(source=source, resource=kind, rows=rows)


def required(scim: SCIMClient) -> set[str]:
    return {
        attribute["name"]
        for schema in scim.get("/Schemas")["Resources"]
        for attribute in schema["attributes"]
        if attribute["required"]
    }
