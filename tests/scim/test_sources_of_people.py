"""Which sources made or changed a person: kept in their row, whatever the request was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.managed import held_fields, holders_of
from accounts.models import User
from accounts.services.users import UserFields, create_user, deactivate_user
from accounts.tenancy.scoping import tenant_scope
from scim.models import Resource, Source
from scim.services.mappings import MappingRow, set_mapping
from scim.services.sources import delete_source
from tests.support.scim import connect, connect_with_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

BABS: dict[str, Any] = {"userName": "babs@acme.example", "displayName": "Babs"}


@pytest.fixture
def entra(acme: Tenant) -> SCIMClient:
    return connect_with_table(acme, "Entra ID")


def babs() -> User:
    return User.objects.get(user_name="babs@acme.example")


def names() -> list[str]:
    return [holder.name for holder in holders_of(babs())]


def patch(value: Any) -> dict[str, Any]:
    return {"Operations": [{"op": "replace", "path": "displayName", "value": value}]}


def bulk(*operations: dict[str, Any]) -> dict[str, Any]:
    schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    return {"schemas": [schema], "Operations": list(operations)}


def _post(scim: SCIMClient, _user: User) -> None:
    User.objects.filter(user_name="babs@acme.example").delete()
    scim.request("POST", "/Users", BABS, expect=201)


def _bulk_post(scim: SCIMClient, _user: User) -> None:
    User.objects.filter(user_name="babs@acme.example").delete()
    many = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}}
        for name in ("babs@acme.example", "carl@acme.example")
    ]
    scim.request("POST", "/Bulk", bulk(*many), expect=200)


def _reactivating_post(scim: SCIMClient, user: User) -> None:
    deactivate_user(user=user)
    scim.request("POST", "/Users", BABS, expect=201)


def _put(scim: SCIMClient, user: User) -> None:
    scim.request("PUT", f"/Users/{user.pk}", {**BABS, "title": "Boss"}, expect=200)


def _patch(scim: SCIMClient, user: User) -> None:
    scim.request("PATCH", f"/Users/{user.pk}", patch("Babs J."), expect=200)


def _bulk_patch(scim: SCIMClient, user: User) -> None:
    operation = {"method": "PATCH", "path": f"/Users/{user.pk}", "data": patch("Babs J.")}
    scim.request("POST", "/Bulk", bulk(operation), expect=200)


def _delete(scim: SCIMClient, user: User) -> None:
    scim.request("DELETE", f"/Users/{user.pk}", expect=204)


WRITES: dict[str, Callable[[SCIMClient, User], None]] = {
    "POST": _post,
    "POST in a Bulk": _bulk_post,
    "POST that reactivates": _reactivating_post,
    "PUT": _put,
    "PATCH": _patch,
    "PATCH in a Bulk": _bulk_patch,
    "DELETE": _delete,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_way_to_write_a_person_names_the_source(
    in_acme: Tenant, okta: SCIMClient, write: Callable[[SCIMClient, User], None]
) -> None:
    user = create_user(values=UserFields(user_name="babs@acme.example", display_name="Babs"))
    assert not names()

    write(okta, user)

    assert names() == ["Okta"]


def test_several_sources_hold_one_person_each_once(
    in_acme: Tenant, okta: SCIMClient, entra: SCIMClient
) -> None:
    user_id = okta.request("POST", "/Users", BABS, expect=201)["id"]
    for name, scim in (("a", entra), ("b", okta), ("c", entra)):
        scim.request("PATCH", f"/Users/{user_id}", patch(name), expect=200)

    assert names() == ["Entra ID", "Okta"]
    assert len(babs().source_ids) == 2


def test_what_a_source_holds_is_what_its_mapping_fills(in_acme: Tenant, okta: SCIMClient) -> None:
    okta.request("POST", "/Users", BABS, expect=201)
    source = Source.objects.get(name="Okta")
    rows = [
        MappingRow(row.field, row.scim_attribute, row.required)
        for row in source.mappings.filter(resource=Resource.USER)
    ]
    assert "title" not in held_fields(holders_of(babs()))

    set_mapping(
        source=source,
        resource=Resource.USER,
        rows=[*rows, MappingRow("title", "title", required=False)],
    )

    assert held_fields(holders_of(babs()))["title"] == ["Okta"]
    assert held_fields(holders_of(babs()))["display_name"] == ["Okta"]


def test_a_source_that_is_deleted_frees_its_people(
    in_acme: Tenant, okta: SCIMClient, entra: SCIMClient
) -> None:
    user_id = okta.request("POST", "/Users", BABS, expect=201)["id"]
    entra.request("PATCH", f"/Users/{user_id}", patch("x"), expect=200)

    delete_source(source=Source.objects.get(name="Okta"))
    assert names() == ["Entra ID"]
    delete_source(source=Source.objects.get(name="Entra ID"))
    assert not held_fields(holders_of(babs()))


def test_another_tenants_source_holds_nobody_here(
    in_acme: Tenant, globex: Tenant, okta: SCIMClient
) -> None:
    connect(globex, name="Foreign")
    with tenant_scope(globex):
        foreign = Source.objects.get().pk
    user = create_user(values=UserFields(user_name="babs@acme.example"))
    User.objects.filter(pk=user.pk).update(source_ids=[foreign])

    assert not names()
