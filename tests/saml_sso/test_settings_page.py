"""*System settings › Security › SAML & SCIM*, from a system admin's side."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, Session, Tenant, User
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.actions import ACTIONS
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from tests.conftest import signed_in
from tests.support.html_forms import version_of
from tests.support.saml import certificate, der, pem, private_key, private_pem
from tests.support.saml_party import Party, party_of, post_response

PAGE = "/console/security/saml-scim/"


def save(client: Client, expect: int = 302, **fields: Any) -> str:
    """Press *Save* and return the page that follows; boxes that are not named are unticked."""
    response = client.post(PAGE, {"version": version_of(client, PAGE), **fields})
    assert response.status_code == expect, response.content.decode()
    return (client.get(PAGE) if expect == 302 else response).content.decode()


def press(client: Client, action: str, **fields: str) -> Any:
    """Press the button of the page for ``action``, whether or not it is shown now."""
    versions = client.get(PAGE).context["versions"]
    version = versions.get(action.replace("-", "_"), "")
    return client.post(f"{PAGE}do/{action}/", {"version": version, **fields})


def save_rules(client: Client, **fields: str) -> Any:
    """Apply the rules of a sign-in; boxes that are not named are unticked."""
    url = f"{PAGE}rules/"
    return client.post(url, {"version": version_of(client, PAGE, action=url), **fields})


def file(content: bytes | str, name: str = "idp.xml") -> SimpleUploadedFile:
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data)


def certificates(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return IdentityProviderCertificate.objects.count()


@pytest.fixture
def cert() -> bytes:
    return pem(certificate(private_key())).encode()


def give_codes(tenant: Tenant, user_name: str) -> None:
    """Make recovery codes for an admin."""
    with tenant_scope(tenant):
        make_recovery_codes(user=User.objects.get(user_name=user_name))


def metadata(**changes: Any) -> str:
    """Return metadata of an identity provider that is not connected yet."""
    return party_of("acme").metadata(**changes)


class TestSetUp:
    def test_the_page_names_what_the_identity_provider_needs(self, console: Client) -> None:
        page = console.get(PAGE).content.decode()

        assert "http://127.0.0.1:8000/saml/acme/" in page

    @pytest.mark.parametrize("form", [pem, der])
    def test_a_certificate_alone_is_enough(
        self, acme: Tenant, bob: User, console: Client, form: Any
    ) -> None:
        idp = party_of("acme")

        page = save(
            console,
            enable_saml="on",
            system_admin_email="it@acme.example",
            certificate=file(form(idp.forge.cert), "idp.crt"),
        )

        acme.refresh_from_db()
        assert acme.saml_enabled
        assert "CN=idp.example" in page
        assert "it@acme.example" in page
        assert post_response(Client(), idp.forge).status_code == 303

    def test_metadata_alone_is_enough_and_says_where_people_sign_in(
        self, acme: Tenant, console: Client
    ) -> None:
        page = save(console, enable_saml="on", metadata=file(metadata()))

        assert "https://idp.acme.example/metadata" in page
        assert "https://login.acme.example/sso" in page

    def test_a_preview_stores_nothing_and_carries_the_file_along(
        self, acme: Tenant, console: Client
    ) -> None:
        response = console.post(PAGE, {"preview": "1", "metadata": file(metadata())})

        page = response.content.decode()
        assert "It is not saved yet" in page
        assert certificates(acme) == 0
        kept = response.context["form"].kept
        save(console, enable_saml="on", **kept)
        assert certificates(acme) == 1

    def test_several_identity_providers_must_be_chosen_from(
        self, acme: Tenant, console: Client
    ) -> None:
        two = (
            '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
            f"{metadata()}{metadata(entity_id='https://second.example/')}"
            "</md:EntitiesDescriptor>"
        )

        page = save(console, expect=200, enable_saml="on", metadata=file(two))

        assert "The file holds two identity providers: choose one" in page
        assert certificates(acme) == 0
        save(
            console,
            enable_saml="on",
            metadata=file(two),
            identity_provider="https://second.example/",
        )
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().entity_id == "https://second.example/"

    def test_saml_cannot_be_switched_on_without_a_certificate(
        self, acme: Tenant, console: Client
    ) -> None:
        page = save(console, expect=200, enable_saml="on")

        assert "certificate or its metadata first" in page
        acme.refresh_from_db()
        assert not acme.saml_enabled


BAD_FILES: dict[str, tuple[str, Any, str]] = {
    "not a certificate": ("certificate", lambda: b"hello", "certificate"),
    "an empty file": ("certificate", lambda: b"", "The file is empty"),
    "a private key": (
        "certificate",
        lambda: private_pem(private_key()),
        "This is a private key",
    ),
    "a private key as metadata": (
        "metadata",
        lambda: private_pem(private_key()),
        "This is a private key",
    ),
    "metadata for encryption only": (
        "metadata",
        lambda: metadata(use=' use="encryption"'),
        "No signing certificate, only one for encryption",
    ),
    "metadata over 1 MB": (
        "metadata",
        lambda: metadata() + " " * 1_100_000,
        "1 MB at most",
    ),
    "an HTML page": ("metadata", lambda: "<!DOCTYPE html><html></html>", "This is an HTML page"),
}


class TestBadFiles:
    @pytest.mark.parametrize("case", BAD_FILES)
    def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_stored(
        self, acme: Tenant, console: Client, case: str
    ) -> None:
        field, content, sentence = BAD_FILES[case]

        page = save(
            console,
            expect=200,
            enable_saml="on",
            system_admin_email="it@acme.example",
            **{field: file(content(), "upload")},
        )

        assert sentence in page
        assert "PRIVATE KEY-----" not in page
        assert certificates(acme) == 0
        acme.refresh_from_db()
        assert not acme.saml_enabled
        with tenant_scope(acme):
            assert not IdentityProviderSettings.objects.exclude(system_admin_email="").exists()


class TestSwitches:
    def test_enforcing_waits_for_a_test_with_the_settings_of_now(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        assert "disabled" in str(console.get(PAGE).context["form"]["enforce_saml"])

        post_response(Client(), idp.forge)
        give_codes(acme, "alice@acme.example")
        save(console, enable_saml="on", enforce_saml="on")

        acme.refresh_from_db()
        assert acme.saml_enforced

    def test_a_change_takes_the_test_away(
        self, acme: Tenant, bob: User, console: Client, idp: Party, cert: bytes
    ) -> None:
        post_response(Client(), idp.forge)

        save(console, enable_saml="on", certificate=file(cert))

        assert "disabled" in str(console.get(PAGE).context["form"]["enforce_saml"])
        save(console, enable_saml="on", enforce_saml="on")
        acme.refresh_from_db()
        assert not acme.saml_enforced

    def test_switching_saml_off_ends_the_sessions_it_began(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        browser = Client()
        post_response(browser, idp.forge)

        save(console)

        assert not Session.objects.filter(user=bob).exists()
        assert console.get(PAGE).status_code == 200

    def test_scim_needs_saml(self, acme: Tenant, console: Client) -> None:
        page = save(console, expect=200, enable_scim="on")

        assert "Enable SAML sign-on first" in page

    def test_saml_stays_on_while_scim_is_on(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        save(console, enable_saml="on", enable_scim="on")

        page = save(console, expect=200, enable_scim="on")

        assert "cannot be switched off while SCIM is on" in page
        acme.refresh_from_db()
        assert acme.saml_enabled

    def test_the_scim_token_is_shown_once(self, acme: Tenant, console: Client, idp: Party) -> None:
        page = save(console, enable_saml="on", enable_scim="on")

        assert 'id="scim-token"' in page
        assert "http://127.0.0.1:8000/scim/v2" in page
        assert 'id="scim-token"' not in console.get(PAGE).content.decode()

    def test_regenerating_kills_the_token_before_at_once(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        first = token_on(save(console, enable_saml="on", enable_scim="on"))

        press(console, "regenerate-token")

        second = token_on(console.get(PAGE).content.decode())
        assert scim_status(first) == 401
        assert scim_status(second) == 200

    def test_removing_a_certificate_works_at_once(
        self, acme: Tenant, bob: User, console: Client, idp: Party, cert: bytes
    ) -> None:
        save(console, enable_saml="on", certificate=file(cert))
        with tenant_scope(acme):
            known = IdentityProviderCertificate.objects.earliest("id").fingerprint

        console.post(f"{PAGE}do/remove-certificate/", {"fingerprint": known})

        assert post_response(Client(), idp.forge).status_code == 403

    def test_the_only_certificate_stays(self, acme: Tenant, console: Client, idp: Party) -> None:
        with tenant_scope(acme):
            known = IdentityProviderCertificate.objects.get().fingerprint

        console.post(f"{PAGE}do/remove-certificate/", {"fingerprint": known})

        assert certificates(acme) == 1


def token_on(page: str) -> str:
    """Return the SCIM token that the page shows."""
    return page.split('id="scim-token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def scim_status(token: str) -> int:
    path = "/scim/v2/ServiceProviderConfig"
    authenticated = Client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {token}"})
    assert Client().get(path).status_code in {200, 401}
    return authenticated.status_code


class TestAccess:
    def test_a_member_is_kept_out(self, bob: User) -> None:
        assert signed_in(bob).get(PAGE).status_code == 403

    def test_a_smaller_plan_gets_an_explanation_and_nothing_works(
        self, acme: Tenant, console: Client
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(plan="starter")

        sent = {"enable_saml": "on", "metadata": file(metadata())}
        page = console.post(PAGE, sent).content.decode()

        assert "Enterprise plan" in page
        assert certificates(acme) == 0

    def test_another_tenants_settings_do_not_show(self, idp: Party, other_console: Client) -> None:
        assert "idp.acme.example" not in other_console.get(PAGE).content.decode()


@pytest.mark.parametrize("said", ["", "9" * 5_000])
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_button_that_names_nothing_claims_to_have_done_nothing(
    acme: Tenant, console: Client, idp: Party, action: str, said: str
) -> None:
    named = dict.fromkeys(("fingerprint", "proposal", "stamp", "link", "attribute"), said)
    with tenant_scope(acme):
        before = set(AuditEntry.objects.values_list("pk", flat=True))

    given = {"use": "identifier_attribute", **named}
    answer = console.post(f"{PAGE}do/{action}/", given, follow=True)

    assert "gh-banner--good" not in answer.content.decode()
    with tenant_scope(acme):
        written = AuditEntry.objects.exclude(pk__in=before).values_list("action", flat=True)
        assert all(each.endswith(".refused") for each in written), list(written)
