"""Operators' commands for SAML."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import (
    ConsumedAssertion,
    IdentityProviderCertificate,
    IdentityProviderSettings,
    SignInAttempt,
)
from tests.support.saml import certificate, der, private_key, private_pem
from tests.support.saml_party import Party, party_of, person_in, post_response

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import User


def run(*words: object) -> dict[str, Any]:
    printed = io.StringIO()
    call_command(*map(str, words), "--json", stdout=printed)
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer


class TestConfigureSaml:
    def test_metadata_switches_saml_on_and_prints_what_the_identity_provider_needs(
        self, acme: Tenant, tmp_path: Path
    ) -> None:
        file = tmp_path / "idp.xml"
        file.write_text(party_of("acme").metadata())

        answer = run("configure_saml", "acme", "--metadata", file)

        url = "http://127.0.0.1:8000/saml/acme/"
        assert answer["sign_on_page_url"] == answer["sp_entity_id"] == url
        assert answer["metadata_url"] == f"{url}metadata"
        assert answer["certificates"][0]["subject"] == "CN=idp.example"
        acme.refresh_from_db()
        assert acme.saml_enabled
        assert not acme.saml_enforced

    def test_certificates_are_printed_for_people(
        self, acme: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "idp.xml"
        file.write_text(party_of("acme").metadata())

        call_command("configure_saml", "acme", "--metadata", str(file))

        printed = capsys.readouterr().out
        assert "\nCertificates: Subject: CN=idp.example, Algorithm: RSA" in printed
        assert not set(printed) & set("[]{}")

    def test_an_address_in_place_of_a_file_is_told_where_it_goes(self, acme: Tenant) -> None:
        with pytest.raises(CommandError, match=r"https://idp\.example/m is an address, not a file"):
            run("configure_saml", "acme", "--metadata", "https://idp.example/m")

    @pytest.mark.parametrize("entity_id", [True, False])
    def test_a_der_certificate_is_enough(
        self, acme: Tenant, bob: User, client: Client, tmp_path: Path, *, entity_id: bool
    ) -> None:
        idp = party_of("acme")
        file = tmp_path / "idp.cer"
        file.write_bytes(der(idp.forge.cert))
        extra = ("--idp-entity-id", idp.forge.entity_id) if entity_id else ()

        run("configure_saml", "acme", "--certificate", file, *extra)

        post_response(client, idp.forge)
        assert person_in(client) == str(bob.pk)

    def test_an_operator_enforces_without_a_test_and_stops_it(
        self, acme: Tenant, tmp_path: Path
    ) -> None:
        file = tmp_path / "idp.xml"
        file.write_text(party_of("acme").metadata())

        run("configure_saml", "acme", "--metadata", file, "--enforce")
        acme.refresh_from_db()
        assert acme.saml_enforced
        run("configure_saml", "acme", "--metadata", file)
        acme.refresh_from_db()
        assert acme.saml_enforced
        run("configure_saml", "acme", "--metadata", file, "--no-enforce")
        acme.refresh_from_db()
        assert not acme.saml_enforced

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("hello", "certificate"),
            (private_pem(private_key()), "This is a private key"),
        ],
        ids=["prose", "a private key"],
    )
    def test_a_bad_file_ends_with_a_sentence_and_changes_nothing(
        self, acme: Tenant, tmp_path: Path, content: str, sentence: str
    ) -> None:
        file = tmp_path / "idp.pem"
        file.write_text(content)

        with pytest.raises(CommandError, match=sentence):
            run("configure_saml", "acme", "--certificate", file)
        acme.refresh_from_db()
        assert not acme.saml_enabled

    def test_bad_arguments_are_explained(self, acme: Tenant, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no tenant"):
            run("configure_saml", "nobody", "--certificate", tmp_path / "x")
        with pytest.raises(CommandError, match="cannot be read"):
            run("configure_saml", "acme", "--certificate", tmp_path / "x")
        with pytest.raises(CommandError, match="--metadata"):
            run("configure_saml", "acme")

    def test_a_smaller_plan_is_refused(self, acme: Tenant, tmp_path: Path) -> None:
        Tenant.objects.filter(pk=acme.pk).update(plan="starter")
        file = tmp_path / "idp.xml"
        file.write_text(party_of("acme").metadata())

        with pytest.raises(CommandError, match="Enterprise"):
            run("configure_saml", "acme", "--metadata", file)
        with tenant_scope(acme):
            assert not IdentityProviderCertificate.objects.exists()


class TestRefresh:
    @pytest.fixture
    def at_url(self, acme: Tenant, idp: Party, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Let the metadata URL hold what is put into the list."""
        found: list[bytes] = []
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(metadata_url="https://idp.acme.example/md")
        monkeypatch.setattr("saml_sso.services.refreshing.fetch_metadata", lambda _url: found[-1])
        return found

    def test_a_new_certificate_is_applied_and_reported(
        self, acme: Tenant, idp: Party, at_url: list[bytes]
    ) -> None:
        key = private_key("rsa2048", "next")
        both = [idp.forge.cert, certificate(key, name="next")]
        at_url.append(idp.metadata(certs=both).encode())

        assert "certificates" in run("refresh_saml_metadata")["acme"]
        assert run("refresh_saml_metadata", "acme") == {"acme": "unchanged"}

    def test_another_entity_id_is_never_applied_by_itself(
        self, acme: Tenant, idp: Party, at_url: list[bytes], alice: User, console: Client
    ) -> None:
        at_url.append(idp.metadata(entity_id="https://other.example/").encode())

        assert "not applied" in run("refresh_saml_metadata")["acme"]
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().entity_id == idp.forge.entity_id
        page = console.get("/console/security/saml-scim/").content.decode()
        assert "The metadata URL describes another identity provider" in page

    def test_a_broken_document_changes_nothing(
        self, acme: Tenant, idp: Party, at_url: list[bytes], bob: User
    ) -> None:
        at_url.append(b"<html>out of order</html>")

        assert "not applied" in run("refresh_saml_metadata")["acme"]
        assert post_response(Client(), idp.forge).status_code == 303


class TestPruning:
    def test_what_is_old_is_forgotten(self, acme: Tenant, bob: User, idp: Party) -> None:
        post_response(Client(), idp.forge)
        past = timezone.now() - timedelta(days=100)
        with tenant_scope(acme):
            ConsumedAssertion.objects.update(expires=past)
            SignInAttempt.objects.update(at=past)

        assert run("prune_saml") == {"used_assertions": 1, "pending_sign_ins": 0, "attempts": 1}


def test_a_command_that_found_nothing_to_do_says_so(
    acme: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("refresh_saml_metadata")
    assert capsys.readouterr().out == "There was nothing to do.\n"
