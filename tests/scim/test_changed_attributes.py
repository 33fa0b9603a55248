"""A tenant changes what its own attributes are while values of them are stored.

Whatever the change, a client that sends back what it read is not refused and changes nothing; what
is shown fits the schema as it is now, and filters find what is shown.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import DirectoryGroup, User
from accounts.tenancy.scoping import tenant_scope
from scim.models import AttributeKind, ExtensionSchema, Resource, Source
from scim.protocol import urns
from scim.services.extensions import SchemaAttribute, delete_schema, save_schema
from scim.services.mappings import MappingRow, set_mapping
from tests.support.scim import SCIMClient, connect, connect_with_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from accounts.models import Tenant

URN = "urn:example:params:scim:schemas:acme:2.0:Own"
SAMPLES: dict[str, list[Any]] = {
    AttributeKind.STRING: [
        *("Berlin", "two words", "5", "-1.5", "TRUE", "2011-05-13T04:42:34Z", "https://a.example/"),
        *("QUJD", "QQ==", "Q", "=", "é", "a%b", "quo'te"),
    ],
    AttributeKind.BOOLEAN: [True, False],
    AttributeKind.DECIMAL: [1.5, -0.25, 7, 1e300, 0, 9223372036854775807],
    AttributeKind.INTEGER: [0, 1, -7, 9223372036854775807],
    AttributeKind.DATE_TIME: [
        "2011-05-13T04:42:34Z",
        "2024-02-29 23:59:59+0200",
        "2011-05-13T04:42",
    ],
    AttributeKind.REFERENCE: ["https://a.example/x", "Users/1", "QUJD"],
    AttributeKind.BINARY: ["QUJD", "QQ==", "QUI=", "_-_-", "Q U J D"],
}
"""Values that a client may have sent, by the type that the attribute had then."""

SHAPES = [
    SchemaAttribute(name="x", type=kind, multi_valued=many)
    for kind in AttributeKind
    for many in (False, True)
]
RESOURCES = [Resource.USER, Resource.GROUP]


def name_of(shape: SchemaAttribute) -> str:
    return f"{shape.type}{'s' if shape.multi_valued else ''}"


@pytest.fixture
def scim(acme: Tenant) -> SCIMClient:
    return connect(acme, name="Okta")


class Kept:
    """One resource with values of a tenant's own schema, and what becomes of it."""

    def __init__(self, scim: SCIMClient, tenant: Tenant, resource: str) -> None:
        self.scim, self.tenant, self.resource = scim, tenant, resource
        self.endpoint = "/Users" if resource == Resource.USER else "/Groups"
        with tenant_scope(tenant):
            self.schema = ExtensionSchema(urn=URN, name="Own", resource=resource)
            save_schema(schema=self.schema, attributes=[])
        self.path = ""

    def is_made_with(self, attributes: list[SchemaAttribute], values: dict[str, Any]) -> None:
        self.are(attributes)
        body = {"userName": "babs", "displayName": "Babs", URN: values}
        made = self.scim.request("POST", self.endpoint, body, expect=201)
        self.path = f"{self.endpoint}/{made['id']}"

    def are(self, attributes: list[SchemaAttribute]) -> None:
        with tenant_scope(self.tenant):
            save_schema(schema=self.schema, attributes=attributes)

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.scim.get(self.path)
        return shown

    def stored(self) -> dict[str, Any]:
        model = User if self.resource == Resource.USER else DirectoryGroup
        with tenant_scope(self.tenant):
            stored: dict[str, Any] = model._default_manager.get(
                pk=self.path.rpartition("/")[2]
            ).attributes
        return stored

    def found(self, condition: str) -> bool:
        search = {"schemas": [urns.SEARCH_REQUEST], "filter": condition, "attributes": ["id"]}
        answer = self.scim.request("POST", f"{self.endpoint}/.search", search, expect=200)
        return self.path.rpartition("/")[2] in {each["id"] for each in answer["Resources"]}


@pytest.fixture(params=RESOURCES)
def kept(request: Any, scim: SCIMClient, acme: Tenant) -> Kept:
    return Kept(scim, acme, request.param)


def put_back(kept: Kept) -> None:
    kept.scim.request("PUT", kept.path, kept.shown(), expect=200)


def patch_another(kept: Kept) -> None:
    kept.scim.patch(kept.path, {"op": "replace", "path": "externalId", "value": "another"})


def patch_with_what_was_read(kept: Kept) -> None:
    read = {key: value for key, value in kept.shown().items() if key not in {"members", "meta"}}
    kept.scim.patch(kept.path, {"op": "replace", "value": read})


def in_bulk(kept: Kept) -> None:
    patched = {
        "schemas": [urns.PATCH_OP],
        "Operations": [{"op": "replace", "path": "externalId", "value": "in bulk"}],
    }
    operations = [
        {"method": "PUT", "path": kept.path, "data": kept.shown()},
        {"method": "PATCH", "path": kept.path, "data": patched},
    ]
    body = {"schemas": [urns.BULK_REQUEST], "Operations": operations}
    answer = kept.scim.request("POST", "/Bulk", body, expect=200)
    assert [each["status"] for each in answer["Operations"]] == ["200", "200"], answer


WAYS: list[Callable[[Kept], None]] = [
    put_back,
    patch_another,
    patch_with_what_was_read,
    in_bulk,
]
"""What an identity provider does that changes nothing of the attributes that were changed."""


@pytest.mark.parametrize("was", SHAPES, ids=name_of)
def test_what_is_sent_back_is_kept_whatever_the_type_has_become(
    kept: Kept, was: SchemaAttribute
) -> None:
    values = {f"x{i}": value for i, value in enumerate(SAMPLES[was.type])}
    if was.multi_valued:
        values = {name: [value] for name, value in values.items()} | {"all": SAMPLES[was.type]}
    before = [replace(was, name=name) for name in values]
    kept.is_made_with(before, values)
    stored, seen_first = kept.stored(), kept.shown()[URN]

    # What is done with groups is done by the same code: one way after the other.
    in_turn = cycle([way] for way in WAYS)
    for becomes in SHAPES:
        kept.are([replace(becomes, name=name) for name in values])
        shown = kept.shown().get(URN, {})
        for way in WAYS if kept.resource == Resource.USER else next(in_turn):
            way(kept)
            assert kept.stored() == stored, (name_of(becomes), way.__name__)
        assert kept.shown().get(URN, {}) == shown, name_of(becomes)
        what_is_shown_is_found(kept, shown, values)

    kept.are(before)
    assert kept.shown()[URN] == seen_first


def what_is_shown_is_found(kept: Kept, shown: dict[str, Any], names: Iterable[str]) -> None:
    conditions = [
        f"{URN}:{name} pr" if name in shown else f"not ({URN}:{name} pr)" for name in names
    ]
    for name, value in shown.items():
        values = value if isinstance(value, list) else [value]
        conditions += [f"{URN}:{name} eq {json.dumps(each)}" for each in values]
    condition = " and ".join(conditions)
    assert kept.found(condition), condition


@pytest.mark.parametrize("was", SHAPES, ids=name_of)
def test_a_value_that_is_set_anew_takes_the_place_of_what_is_not_shown(
    kept: Kept, was: SchemaAttribute
) -> None:
    sample = SAMPLES[was.type][0]
    for becomes, operation in zip(SHAPES, cycle(("add", "put", "replace")), strict=False):
        new = SAMPLES[becomes.type][-1]
        kept.is_made_with([was], {"x": [sample] if was.multi_valued else sample})
        kept.are([becomes])
        had = kept.shown().get(URN, {}).get("x", [])
        if operation == "put":
            kept.scim.request("PUT", kept.path, {**kept.shown(), URN: {"x": new}}, expect=200)
        else:
            change = {"op": operation, "path": f"{URN}:x", "value": new}
            kept.scim.patch(kept.path, change)

        expected = new
        if becomes.multi_valued:
            expected = [*had, new] if operation == "add" and new not in had else [new]
        assert kept.shown()[URN]["x"] == expected, (name_of(becomes), operation)
        kept.scim.request("DELETE", kept.path, expect=204)


def badge(**changes: Any) -> SchemaAttribute:
    return replace(SchemaAttribute(name="badge"), **changes)


TIGHTENED: dict[str, tuple[SchemaAttribute, list[SchemaAttribute], Any, Any]] = {
    "one allowed value is taken away": (
        badge(canonical_values=["Red", "Blue"]),
        [badge(canonical_values=["Blue"])],
        "Red",
        None,
    ),
    "one of several is taken away": (
        badge(canonical_values=["Red", "Blue"], multi_valued=True),
        [badge(canonical_values=["Blue"], multi_valued=True)],
        ["Red", "Blue"],
        ["Blue"],
    ),
    "an allowed value is spelled otherwise": (
        badge(canonical_values=["Red"]),
        [badge(canonical_values=["RED"])],
        "Red",
        "RED",
    ),
    "it is spelled otherwise, and letter case matters": (
        badge(canonical_values=["Red"]),
        [badge(canonical_values=["RED"], case_exact=True)],
        "Red",
        None,
    ),
    "values are listed for the first time": (
        badge(),
        [badge(canonical_values=["It's 100 % \u00e9"])],
        "it's 100 % \u00c9",
        "It's 100 % \u00e9",
    ),
    "numbers are listed": (
        badge(type="integer"),
        [badge(type="integer", canonical_values=["5", "6"])],
        7,
        None,
    ),
    "letter case matters now": (badge(), [badge(case_exact=True)], "Red", "Red"),
    "the attribute is deleted": (badge(), [], "Red", None),
    "another one is required": (
        badge(),
        [badge(), SchemaAttribute(name="more", required=True)],
        "Red",
        "Red",
    ),
    "it is required, and its value fits no more": (
        badge(),
        [badge(type="integer", required=True)],
        "Red",
        None,
    ),
}
"""What an attribute was, what the schema has now, what was stored and what is shown of it."""


@pytest.mark.parametrize("change", TIGHTENED)
def test_what_is_sent_back_is_kept_whatever_is_asked_for_now(kept: Kept, change: str) -> None:
    was, become, value, shown = TIGHTENED[change]
    kept.is_made_with([was], {"badge": value})
    stored = kept.stored()

    kept.are(become)

    assert kept.shown().get(URN, {}).get("badge") == shown
    for way in WAYS:
        way(kept)
        assert kept.stored() == stored, way.__name__
    if become:
        seen = {} if shown is None else {"badge": shown}
        what_is_shown_is_found(kept, seen, ["badge"])


def test_every_characteristic_of_an_attribute_is_changed_here() -> None:
    changed = {
        field.name
        for was, become, _value, _shown in TIGHTENED.values()
        for now in become
        for field in fields(SchemaAttribute)
        if getattr(was, field.name) != getattr(now, field.name)
    } | {"type", "multi_valued"}

    assert {field.name for field in fields(SchemaAttribute)} - changed == {"description"}


def test_what_is_stored_of_a_deleted_schema_stays(kept: Kept) -> None:
    kept.is_made_with([badge()], {"badge": "Red"})
    stored = kept.stored()
    with tenant_scope(kept.tenant):
        delete_schema(schema=kept.schema)

    assert URN not in kept.shown()
    for way in WAYS:
        way(kept)
        assert kept.stored() == stored, way.__name__


def test_a_value_that_does_not_fit_is_refused_unless_it_is_shown(kept: Kept) -> None:
    kept.is_made_with([badge()], {"badge": "Red"})
    kept.are([badge(type="integer")])

    sent = {**kept.shown(), URN: {"badge": "Red"}}

    error = kept.scim.request("PUT", kept.path, sent, expect=400)
    assert (error["scimType"], "badge must be a number" in error["detail"]) == (
        "invalidValue",
        True,
    )


def test_what_is_required_is_required_of_whoever_has_it_and_of_new_resources(kept: Kept) -> None:
    kept.is_made_with([badge()], {"badge": "Red"})
    kept.are([badge(required=True)])
    without = {key: value for key, value in kept.shown().items() if key != URN}

    for method, path in (("PUT", kept.path), ("POST", kept.endpoint)):
        body = {**without, "userName": "other"} if method == "POST" else without
        error = kept.scim.request(method, path, body, expect=400)
        assert "Required but missing" in error["detail"]


@pytest.mark.parametrize(
    ("field", "path"),
    [("title", "title"), ("work_phone", 'phoneNumbers[type eq "work"].value')],
)
def test_what_a_source_has_come_to_require_is_not_missed_in_what_is_sent_back(
    acme: Tenant, field: str, path: str
) -> None:
    scim = connect_with_table(acme, "Okta")
    body = {"userName": "babs", "displayName": "Babs", "emails": [{"value": "b@acme.example"}]}
    names = {"name": {"givenName": "Babs", "familyName": "Jensen"}}
    user = scim.create({**body, **names})
    with tenant_scope(acme):
        source = Source.objects.get(name="Okta")
        rows = [
            MappingRow(row.field, row.scim_attribute, required=row.required)
            for row in source.mappings.filter(resource=Resource.USER)
        ]
        rows.append(MappingRow(field, path, required=True))
        set_mapping(source=source, resource=Resource.USER, rows=rows)
    url = f"/Users/{user['id']}"

    scim.request("PUT", url, scim.get(url), expect=200)
    scim.request("POST", "/Users", {**body, **names, "userName": "new"}, expect=400)
    given = scim.patch(url, {"op": "add", "path": path, "value": "x"})
    without = {key: value for key, value in given.items() if key != path.partition("[")[0]}
    scim.request("PUT", url, without, expect=400)
