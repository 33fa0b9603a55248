"""Sources, their tokens, mapping tables and extension schemas, and the operators' commands."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, Plan, Tenant
from accounts.services.tenants import create_tenant
from accounts.tenancy.scoping import tenant_scope
from console.sources.forms import SourceOptionsForm
from scim.errors import (
    MappingError,
    SchemaError,
    ScimUnavailableError,
    SourceNameTakenError,
    TokenError,
)
from scim.models import DEFAULT_MAPPINGS, ExtensionSchema, Resource, Source
from scim.services import (
    SourceOptions,
    create_source,
    create_token,
    disable_scim,
    enable_scim,
    regenerate_token,
    revoke_token,
    update_source,
)
from scim.services.extensions import SchemaAttribute, delete_schema, save_schema
from scim.services.mappings import MappingRow, set_mapping
from tests.support.scim import SCIMClient
from tests.support.scim import enable_scim as switch_scim_on

if TYPE_CHECKING:
    from collections.abc import Iterator

URN = "urn:example:params:scim:schemas:acme:2.0:User"


@pytest.fixture
def acme(acme: Tenant) -> Iterator[Tenant]:
    """Acme with SAML set up, as the active tenant."""
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)
    acme.refresh_from_db()
    with tenant_scope(acme):
        yield acme


def connected(acme: Tenant) -> tuple[Source, SCIMClient]:
    issued = enable_scim(tenant=acme)
    assert issued is not None
    return issued.token.source, SCIMClient(issued.secret)


def default_rows(resource: Resource = Resource.USER) -> list[MappingRow]:
    return [MappingRow(*row) for row in DEFAULT_MAPPINGS[resource]]


class TestEnabling:
    def test_scim_needs_saml(self, globex: Tenant) -> None:
        with pytest.raises(ScimUnavailableError, match="SAML"):
            enable_scim(tenant=globex)
        assert not Tenant.objects.get(pk=globex.pk).scim_enabled

    def test_scim_needs_the_enterprise_plan(self, db: None) -> None:
        small = create_tenant(slug="small", name="Small", plan=Plan.STARTER)
        Tenant.objects.filter(pk=small.pk).update(saml_enabled=True)
        with pytest.raises(ScimUnavailableError, match="Enterprise"):
            enable_scim(tenant=small)

    def test_enabling_makes_the_first_source_with_the_default_mapping(self, acme: Tenant) -> None:
        source, scim = connected(acme)

        rows = source.mappings.values_list("field", "scim_attribute", "required")
        assert set(rows) == {row for table in DEFAULT_MAPPINGS.values() for row in table}
        scim.get("/Users")

    def test_a_token_stops_while_scim_is_off_and_works_again_afterwards(self, acme: Tenant) -> None:
        _source, scim = connected(acme)
        disable_scim(tenant=acme)
        scim.request("GET", "/Users", expect=401)

        assert enable_scim(tenant=acme) is None
        scim.get("/Users")


class TestTokens:
    def test_several_live_at_once_until_they_are_revoked_or_expire(self, acme: Tenant) -> None:
        source, first = connected(acme)
        second = create_token(source=source, name="Next")
        soon = create_token(source=source, expires=timezone.now() + timedelta(hours=1))
        for client in (first, SCIMClient(second.secret), SCIMClient(soon.secret)):
            client.get("/Users")

        revoke_token(token=second.token)
        source.tokens.filter(pk=soon.token.pk).update(expires=timezone.now())
        first.get("/Users")
        for issued in (second, soon):
            SCIMClient(issued.secret).request("GET", "/Users", expect=401)

    def test_regenerating_ends_every_earlier_token_of_that_source_only(self, acme: Tenant) -> None:
        source, first = connected(acme)
        other = create_token(source=create_source(options=SourceOptions(name="Other")))

        fresh = regenerate_token(source=source)

        first.request("GET", "/Users", expect=401)
        SCIMClient(fresh.secret).get("/Users")
        SCIMClient(other.secret).get("/Users")

    def test_the_secret_is_stored_nowhere(self, acme: Tenant) -> None:
        source, _client = connected(acme)
        issued = create_token(source=source, name="CI")

        assert issued.secret.startswith(f"scim_{issued.token.prefix}_")
        assert len(issued.secret.split("_", 2)[2]) >= 43
        stored = [str(vars(each)) for each in (issued.token, *AuditEntry.objects.all())]
        assert not any(issued.secret in text for text in stored)

    def test_an_expiry_in_the_past_is_refused(self, acme: Tenant) -> None:
        source, _client = connected(acme)
        with pytest.raises(TokenError):
            create_token(source=source, expires=timezone.now())


class TestOptions:
    def test_names_are_unique_in_a_tenant(self, acme: Tenant) -> None:
        create_source(options=SourceOptions(name="Okta"))
        other = create_source(options=SourceOptions(name="Entra"))
        with pytest.raises(SourceNameTakenError):
            create_source(options=SourceOptions(name="Okta"))
        with pytest.raises(SourceNameTakenError):
            update_source(source=other, options=SourceOptions(name="Okta"))

    def test_the_first_source_changes_roles_and_a_further_one_when_it_may(
        self, acme: Tenant
    ) -> None:
        first = create_source(options=SourceOptions(name="Okta"))
        further = create_source(options=SourceOptions(name="Entra"))
        allowed = create_source(options=SourceOptions(name="Ping", may_change_roles=True))

        assert [each.may_change_roles for each in (first, further, allowed)] == [True, False, True]
        for source, expected in ((first, 200), (further, 403)):
            switch_scim_on(acme)
            scim = SCIMClient(create_token(source=source).secret)
            scim.request("PUT", "/Groups/role:editor", {"members": []}, expect=expected)

    def test_a_source_that_is_switched_off_lets_nobody_in(self, acme: Tenant) -> None:
        source, scim = connected(acme)
        update_source(source=source, options=SourceOptions(name="Off", enabled=False))
        scim.request("GET", "/Users", expect=401)


class TestMapping:
    def test_a_required_row_is_demanded_and_listed(self, acme: Tenant) -> None:
        source, scim = connected(acme)
        rows = [*default_rows(), MappingRow("title", "title", required=True)]
        assert set_mapping(source=source, resource=Resource.USER, rows=rows)
        assert not set_mapping(source=source, resource=Resource.USER, rows=rows)

        error = scim.request("POST", "/Users", {"userName": "a@acme.example"}, expect=400)
        assert "title" in error["detail"]
        schema = scim.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")
        required = {each["name"] for each in schema["attributes"] if each["required"]}
        assert required == {"userName", "title"}

    def test_a_group_s_name_can_come_from_another_attribute(self, acme: Tenant) -> None:
        source, scim = connected(acme)
        rows = [
            MappingRow("display_name", "externalId", required=True),
            MappingRow("external_id", "externalId"),
        ]
        set_mapping(source=source, resource=Resource.GROUP, rows=rows)

        made = scim.request("POST", "/Groups", {"externalId": "Sales"}, expect=201)
        assert made["displayName"] == "Sales"

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (MappingRow("nonsense", "title"), "no field"),
            (MappingRow("title", "nosuch"), "no attribute"),
            (MappingRow("title", "name"), "parts"),
            (MappingRow("title", "groups"), "read-only"),
            (MappingRow("title", "emails[type eq"), "emails"),
            (MappingRow("title", "urn:ietf:params:scim:schemas:core:2.0:User"), "whole schema"),
            (MappingRow("user_name", "externalId"), "twice"),
        ],
    )
    def test_rows_that_lead_nowhere_are_refused(
        self, acme: Tenant, row: MappingRow, reason: str
    ) -> None:
        source, _client = connected(acme)
        with pytest.raises(MappingError, match=reason):
            set_mapping(source=source, resource=Resource.USER, rows=[*default_rows(), row])
        with pytest.raises(MappingError, match="cannot be removed: User name"):
            set_mapping(source=source, resource=Resource.USER, rows=default_rows()[1:])


class TestExtensions:
    def test_a_tenant_s_schema_is_listed_stored_and_checked(self, acme: Tenant) -> None:
        _source, scim = connected(acme)
        save_schema(
            schema=ExtensionSchema(urn=URN, name="Acme"),
            attributes=[
                SchemaAttribute(name="badge", type="integer"),
                SchemaAttribute(name="sites", multi_valued=True, canonical_values=["HQ", "Lab"]),
            ],
        )

        user = scim.create({"userName": "a@acme.example", URN: {"badge": 7, "sites": ["hq"]}})
        assert user[URN] == {"badge": 7, "sites": ["HQ"]}
        assert scim.get(f"/Schemas/{URN}")["name"] == "Acme"
        assert scim.ids(f"{URN}:badge gt 6") == {user["id"]}
        scim.request(
            "POST", "/Users", {"userName": "b@acme.example", URN: {"sites": ["Moon"]}}, expect=400
        )

    def test_groups_are_extended_too(self, acme: Tenant) -> None:
        _source, scim = connected(acme)
        urn = URN.replace("User", "Group")
        save_schema(
            schema=ExtensionSchema(urn=urn, name="Acme groups", resource=Resource.GROUP),
            attributes=[SchemaAttribute(name="costCenter")],
        )
        body = {"displayName": "Sales", urn: {"costCenter": "4711"}}
        made = scim.request("POST", "/Groups", body, expect=201)
        assert made[urn] == {"costCenter": "4711"}
        assert urn in made["schemas"]
        found = scim.get(f'/Groups?filter={urn}:costCenter eq "4711"')
        assert [group["id"] for group in found["Resources"]] == [made["id"]]

    def test_reserved_and_taken_names_are_refused(self, acme: Tenant) -> None:
        save_schema(schema=ExtensionSchema(urn=URN, name="Acme"), attributes=[])
        for urn in (
            "urn:ietf:params:scim:schemas:core:2.0:User",
            URN.upper().replace("URN", "urn"),
        ):
            with pytest.raises(SchemaError):
                save_schema(schema=ExtensionSchema(urn=urn, name="x"), attributes=[])
        fresh = ExtensionSchema(urn=f"{URN}2", name="Two")
        for names in (["id"], ["badge", "BADGE"]):
            with pytest.raises(SchemaError):
                save_schema(schema=fresh, attributes=[SchemaAttribute(name=name) for name in names])
        with pytest.raises(ValidationError):
            save_schema(schema=fresh, attributes=[SchemaAttribute(name="no spaces")])

    def test_a_deleted_schema_is_unknown(self, acme: Tenant) -> None:
        _source, scim = connected(acme)
        schema = ExtensionSchema(urn=URN, name="Acme")
        save_schema(schema=schema, attributes=[SchemaAttribute(name="badge")])
        delete_schema(schema=schema)
        scim.request("GET", f"/Schemas/{URN}", expect=404)


def run(command: str, *arguments: str) -> Any:
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


class TestCommands:
    def test_create_scim_token_enables_scim_and_ends_earlier_tokens(self, acme: Tenant) -> None:
        first = run("create_scim_token", "acme")
        assert first["scim_url"] == "http://127.0.0.1:8000/scim/v2"
        SCIMClient(first["token"]).get("/Users")

        second = run("create_scim_token", "acme")
        other = run("create_scim_token", "acme", "--source", "Other")
        SCIMClient(first["token"]).request("GET", "/Users", expect=401)
        for answer in (second, other):
            assert set(answer) == {"scim_url", "token"}
            SCIMClient(answer["token"]).get("/Users")
        assert Source.objects.count() == 2

    def test_every_column_that_may_be_set_is_an_option_and_has_a_field(self) -> None:
        columns = {
            field.name
            for field in Source._meta.concrete_fields
            if field.editable and field.name not in {"id", "tenant"}
        }

        assert {option.name for option in fields(SourceOptions)} == columns
        assert set(SourceOptionsForm.base_fields) >= columns

    def test_configure_source_sets_and_prints_the_options(self, acme: Tenant) -> None:
        run("create_scim_token", "acme", "--source", "Okta")
        answer = run("configure_source", "acme", "--source", "Okta", "--on-delete", "delete")
        assert (answer["on_delete"], answer["on_deactivate"]) == ("delete", "deactivate")
        assert Source.objects.get(name="Okta").on_delete == "delete"
        assert run("configure_source", "acme", "--source", "Okta") == answer
        assert answer["may_change_roles"] is False
        may = run("configure_source", "acme", "--source", "Okta", "--may-change-roles")
        assert may == {**answer, "may_change_roles": True}
        assert (
            run("configure_source", "acme", "--source", "Okta", "--no-may-change-roles") == answer
        )

    @pytest.mark.parametrize(
        "arguments",
        [
            ("create_scim_token", "nobody"),
            ("create_scim_token",),
            ("configure_source", "acme", "--source", "Nobody"),
            ("configure_source", "acme"),
            ("configure_source", "acme", "--on-delete", "explode"),
            ("create_scim_token", "globex"),
        ],
    )
    def test_bad_arguments_end_with_a_message(
        self, acme: Tenant, globex: Tenant, arguments: tuple[str, ...]
    ) -> None:
        with pytest.raises(CommandError, match=r"\w"):
            run(*arguments)

    def test_a_tenant_without_a_source_is_told_so(self, acme: Tenant) -> None:
        with pytest.raises(CommandError, match=r"no source yet\. Make one with create_scim_token"):
            run("configure_source", "acme")


class TestTenantIsolation:
    def test_sources_and_schemas_of_another_tenant_do_not_show(
        self, acme: Tenant, globex: Tenant
    ) -> None:
        _source, scim = connected(acme)
        with tenant_scope(globex):
            save_schema(
                schema=ExtensionSchema(urn=URN, name="Theirs"),
                attributes=[SchemaAttribute(name="badge")],
            )
            assert not Source.objects.exists()
        scim.request("GET", f"/Schemas/{URN}", expect=404)
