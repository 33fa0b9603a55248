"""What is known of the applications that an admin can choose from."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from provisioning.catalogue import reading
from provisioning.catalogue.reading import Entry, entries, entry_of
from provisioning.mapping.compiled import compile_rows
from provisioning.protocol.dialects import dialect_of
from provisioning.protocol.steps import Kind
from provisioning.services.first_mappings import first_rows

KNOWN = {
    *("generic", "miniorange", "insightly", "elimity", "aws", "slack", "github", "atlassian"),
    *("salesforce", "databricks", "snowflake", "zoom"),
}
MARA = {
    "id": "7",
    "userName": "mara@acme.example",
    "displayName": "Mara",
    "name": {"givenName": "Mara", "familyName": "Lindqvist"},
    "emails": [{"type": "work", "value": "mara@acme.example", "primary": True}],
    "active": True,
}


def test_every_application_of_the_catalogue_is_there() -> None:
    assert {entry.key for entry in entries()} == KNOWN
    assert entries()[0].key == "generic"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.key)
def test_an_entry_says_what_an_admin_needs_and_where_that_is_from(entry: Entry) -> None:
    assert entry.name
    assert entry.about.endswith(".")
    assert entry.where_url
    assert entry.where_token
    assert entry.source.startswith("https://")
    assert date.fromisoformat(entry.checked) <= date(2100, 1, 1)
    assert entry.requests_per_second >= 0


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.key)
def test_the_mapping_and_the_dialect_of_an_entry_hold(entry: Entry) -> None:
    rows = first_rows(entry.key)

    person = compile_rows(rows[Kind.USER], kind=Kind.USER).apply(MARA)
    group = compile_rows(rows[Kind.GROUP], kind=Kind.GROUP).apply(
        {"id": "9", "displayName": "Staff"}
    )

    assert person.always["userName"] == "mara@acme.example"
    assert (group.always | group.on_create)["displayName"] == "Staff"
    assert dialect_of(entry.dialect).groups == entry.takes_groups


@pytest.mark.parametrize("key", ["aws", "github"])
def test_who_wants_a_primary_address_gets_one_and_never_half_of_one(key: str) -> None:
    people = compile_rows(entry_of(key).users, kind=Kind.USER)

    assert people.apply({**MARA, "emails": [{"type": "work", "value": "m@acme.example"}]}).always[
        "emails"
    ] == [{"type": "work", "value": "m@acme.example", "primary": True}]
    assert "emails" not in people.apply({**MARA, "emails": []}).always


def test_a_group_at_atlassian_keeps_the_name_that_it_was_made_with() -> None:
    group = compile_rows(entry_of("atlassian").groups, kind=Kind.GROUP).apply(
        {"id": "9", "displayName": "Staff"}
    )

    assert group.on_create == {"displayName": "Staff"}
    assert group.filled == {"externalId"}


def test_elimity_is_sent_only_what_its_document_lists() -> None:
    dialect = dialect_of(entry_of("elimity").dialect)

    assert not dialect.patch
    assert dialect.put
    assert not dialect.filters_by("userName")
    assert dialect.delete_deactivates


def test_no_file_says_what_nobody_reads() -> None:
    folder = Path(str(reading.__file__)).parent
    known = {"name", "about", "dialect", "requests_per_second", "users", "groups", "where_url"}
    known |= {"where_token", "source", "checked"}
    for file in folder.glob("*.toml"):
        assert set(tomllib.loads(file.read_text())) <= known, file.name


def test_an_application_that_is_known_no_more_is_a_generic_one() -> None:
    assert entry_of("gone").key == "generic"
