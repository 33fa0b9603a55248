"""What is known of the identity providers that an admin can choose from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from scim.catalogue.reading import Entry, entries, entry_of
from scim.models import AttributeMapping, Departure, Resource
from scim.services import create_source, create_token
from scim.services.first_settings import first_options, first_tables
from scim.services.mappings import MappingRow, set_mapping
from tests.support.scim import SCIMClient, enable_scim

if TYPE_CHECKING:
    from accounts.models import Tenant

KNOWN = {
    *("generic", "okta", "entra", "onelogin", "jumpcloud", "pingone", "keycloak", "authentik"),
    *("rippling", "miniorange"),
}


def connect_as(tenant: Tenant, key: str) -> SCIMClient:
    enable_scim(tenant)
    with tenant_scope(tenant):
        made = create_source(options=first_options(key, name=key), tables=first_tables(key))
        return SCIMClient(create_token(source=made).secret)


def test_every_identity_provider_of_the_catalogue_is_there() -> None:
    assert {entry.key for entry in entries()} == KNOWN
    assert entries()[0].key == "generic"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.key)
def test_an_entry_says_what_an_admin_needs_and_where_that_is_from(entry: Entry) -> None:
    assert entry.name
    assert entry.about.endswith(".")
    assert entry.where.endswith(".")
    assert entry.source
    assert date.fromisoformat(entry.checked) <= date(2100, 1, 1)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.key)
def test_the_tables_of_an_entry_are_such_as_an_admin_could_save(entry: Entry, acme: Tenant) -> None:
    with tenant_scope(acme):
        made = create_source(
            options=first_options(entry.key, name="x"), tables=first_tables(entry.key)
        )
        for resource in Resource.values:
            rows = [MappingRow(*row) for row in first_tables(entry.key)[resource]]
            assert not set_mapping(source=made, resource=resource, rows=rows)  # As it is already.
        required = AttributeMapping.objects.filter(
            source=made, resource=Resource.USER, required=True
        )
        fields = set(required.values_list("field", flat=True))

    assert fields == {"user_name", *entry.required}
    assert made.on_delete == entry.options.get("on_delete", Departure.DEACTIVATE)


@pytest.mark.parametrize(
    ("key", "emails"),
    [
        ("authentik", [{"value": "mara@acme.example", "type": "other", "primary": True}]),
        ("keycloak", [{"value": "mara@acme.example", "primary": True}]),
        ("okta", [{"value": "mara@acme.example", "type": "work", "primary": True}]),
    ],
)
def test_an_address_arrives_as_the_identity_provider_sends_it(
    acme: Tenant, key: str, emails: list[dict[str, Any]]
) -> None:
    client = connect_as(acme, key)

    client.request("POST", "/Users", {"userName": "mara", "emails": emails}, expect=201)

    with tenant_scope(acme):
        assert User.objects.get(user_name="mara").email == "mara@acme.example"


def test_whom_an_identity_provider_must_send_whole_is_refused_without(acme: Tenant) -> None:
    client = connect_as(acme, "miniorange")
    mara = {"userName": "mara@acme.example", "displayName": "Mara", "active": True}

    refused = client.request("POST", "/Users", mara, expect=400)

    assert "name, emails" in refused["detail"]


def test_an_identity_provider_that_is_known_no_more_is_a_generic_one() -> None:
    assert entry_of("gone").key == "generic"
