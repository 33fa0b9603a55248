"""Set-up links: one purpose, for a while, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Tenant
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import (
    IdentityProviderCertificate,
    IdentityProviderSettings,
    SetUpLink,
    TrustProposal,
)
from saml_sso.services.switches import disable_saml
from tests.conftest import signed_in
from tests.saml_sso.test_settings_page import press
from tests.support.html_forms import what_is_sent
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import Party, party_of, post_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from accounts.models import User

PAGE = "/console/security/saml-scim/"


def make(console: Client, purpose: str) -> str:
    """Make a link on the page and return its path; the page shows it once."""
    press(console, "make-link", purpose=purpose, days="3")
    found = re.search(r"http://127\.0\.0\.1:8000(/set-up/[^\"]+)", page_of(console))
    assert found
    assert found[1] not in page_of(console)
    return found[1]


def page_of(console: Client) -> str:
    return console.get(PAGE).content.decode()


def send(browser: Client, path: str, given: Mapping[str, object]) -> HttpResponse:
    """Open the page behind a link and send its form with what is ``given``, or press a button."""
    field = "make_token" if "make_token" in given else "version"
    shown = what_is_sent(browser.get(path).content.decode(), field)
    return cast("HttpResponse", browser.post(path, {**shown, **given}, follow=True))


def upload(name: str, content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def next_certificate() -> SimpleUploadedFile:
    return upload("next.pem", pem(certificate(private_key("rsa2048", "next"), name="next")))


class TestPurposes:
    def test_a_colleague_without_an_account_sets_saml_up(
        self, acme: Tenant, console: Client
    ) -> None:
        path = make(console, "saml")
        colleague = Client()

        page = colleague.get(path).content.decode()
        send(colleague, path, {"metadata": upload("idp.xml", party_of("acme").metadata())})

        assert "http://127.0.0.1:8000/saml/acme/" in page
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().entity_id
        acme.refresh_from_db()
        assert not acme.saml_enabled

    def test_a_certificate_link_adds_a_certificate_and_changes_nothing_else(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        with tenant_scope(acme):
            disable_saml(tenant=acme)
        path = make(console, "certificate")

        other = party_of("acme").metadata(entity_id="https://evil.example/")
        send(Client(), path, {"metadata": upload("idp.xml", other), "entity_id": "x"})
        send(Client(), path, {"certificate": next_certificate()})

        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 2
            row = IdentityProviderSettings.objects.get()
        assert row.entity_id == idp.forge.entity_id

    def test_a_scim_link_makes_a_token_and_shows_it_once(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        path = make(console, "scim")
        colleague = Client()

        page = send(colleague, path, {"make_token": "1"}).content.decode()

        assert 'id="scim-token"' in page
        assert 'id="scim-token"' not in colleague.get(path).content.decode()

    def test_a_scim_link_cannot_touch_saml_nor_the_other_way_round(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        scim, saml = make(console, "scim"), make(console, "saml")

        Client().post(scim, {"certificate": next_certificate()})
        page = Client().post(saml, {"make_token": "1"}).content.decode()

        assert "scim-token" not in page
        acme.refresh_from_db()
        assert not acme.scim_enabled
        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 1

    def test_the_link_signs_nobody_in(self, console: Client) -> None:
        colleague = Client()
        colleague.get(make(console, "saml"))

        assert colleague.get(PAGE).status_code == 302
        assert colleague.get("/account/").status_code == 302


class TestLimits:
    def test_it_expires(self, acme: Tenant, console: Client) -> None:
        path = make(console, "saml")
        with tenant_scope(acme):
            SetUpLink.objects.update(expires=timezone.now() - timedelta(seconds=1))

        assert Client().get(path).status_code == 404

    def test_it_can_be_revoked(self, acme: Tenant, console: Client) -> None:
        path = make(console, "saml")
        with tenant_scope(acme):
            number = SetUpLink.objects.get().pk

        console.post(f"{PAGE}do/revoke-link/", {"link": str(number)})

        assert Client().get(path).status_code == 404

    def test_it_belongs_to_one_tenant(self, acme: Tenant, globex: Tenant, console: Client) -> None:
        path = make(console, "saml").replace("/acme/", "/globex/")

        assert Client().get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/set-up/acme/guess/", "/set-up/nobody/guess/"])
    def test_a_guess_opens_nothing(self, acme: Tenant, path: str) -> None:
        assert Client().get(path).status_code == 404

    def test_its_secret_is_not_stored_and_its_use_is_audited(
        self, acme: Tenant, alice: User, console: Client
    ) -> None:
        path = make(console, "saml")
        Client().get(path)

        with tenant_scope(acme):
            link = SetUpLink.objects.get()
            actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert path.rstrip("/").rpartition("/")[2] not in str(vars(link))
        assert {"set_up_link.made", "set_up_link.opened"} <= actions


class TestWhileSamlIsOn:
    """What a link brings waits for a system admin."""

    def waiting(self, tenant: Tenant) -> TrustProposal | None:
        with tenant_scope(tenant):
            return TrustProposal.objects.filter(origin="link").first()

    def press(self, console: Client, action: str, found: TrustProposal) -> str:
        """Press a button of what waits, as the page shows it; return the page that follows."""
        section = page_of(console).split(f'id="proposal-{found.pk}"')[1].split("</section>")[0]
        stamp = section.split('name="stamp" value="')[1].split('"')[0]
        console.post(f"{PAGE}do/{action}/", {"proposal": found.pk, "stamp": stamp})
        return page_of(console)

    def test_another_key_changes_nothing_until_an_admin_has_accepted_and_tested_it(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        path = make(console, "saml")
        key = private_key("rsa2048", "evil")
        other = idp.metadata(cert=certificate(key), entity_id="https://evil.example/")
        holder = Client()

        response = send(holder, path, {"metadata": upload("idp.xml", other)})

        assert "waits for a system admin" in response.content.decode()
        evil = idp.forge.but(key=key, cert=certificate(key), entity_id="https://evil.example/")
        assert post_response(Client(), evil).status_code == 403
        assert post_response(Client(), idp.forge.but()).status_code == 303
        page = page_of(console)
        assert "A change waits for you" in page
        assert "https://evil.example/" in page
        found = self.waiting(acme)
        assert found is not None
        assert "Test it: when the test has passed" in self.press(console, "accept-proposal", found)
        assert self.waiting(acme) is None
        assert post_response(Client(), evil.but()).status_code == 403
        assert post_response(Client(), idp.forge.but()).status_code == 303

    def test_a_further_certificate_counts_when_an_admin_has_accepted_it(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        send(Client(), make(console, "certificate"), {"certificate": next_certificate()})
        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 1
        found = self.waiting(acme)
        assert found is not None

        assert "It is trusted from now on" in self.press(console, "accept-proposal", found)

        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 2

    def test_an_admin_discards_it(self, acme: Tenant, console: Client, idp: Party) -> None:
        send(Client(), make(console, "certificate"), {"certificate": next_certificate()})
        found = self.waiting(acme)
        assert found is not None

        console.post(f"{PAGE}do/discard-proposal/", {"proposal": found.pk})

        assert self.waiting(acme) is None
        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 1

    def test_what_came_after_the_admin_looked_is_not_accepted(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        path = make(console, "saml")
        send(Client(), path, {"certificate": next_certificate()})
        first = self.waiting(acme)
        assert first is not None
        section = page_of(console).split(f'id="proposal-{first.pk}"')[1].split("</section>")[0]
        stamp = section.split('name="stamp" value="')[1].split('"')[0]

        other = idp.metadata(entity_id="https://evil.example/")
        send(Client(), path, {"metadata": upload("idp.xml", other)})
        console.post(f"{PAGE}do/accept-proposal/", {"proposal": first.pk, "stamp": stamp})
        second = self.waiting(acme)
        assert second is not None
        console.post(f"{PAGE}do/accept-proposal/", {"proposal": second.pk, "stamp": stamp})

        assert "Look at the difference again" in page_of(console)
        assert self.waiting(acme) is not None
        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 1

    def test_several_things_of_one_link_wait_together(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        path = make(console, "saml")
        send(Client(), path, {"certificate": next_certificate()})
        send(
            Client(),
            path,
            {"entity_id": idp.forge.entity_id, "sso_url": "https://login2.example/sso"},
        )

        found = self.waiting(acme)
        assert found is not None
        section = page_of(console).split(f'id="proposal-{found.pk}"')[1].split("</section>")[0]
        assert "CN=next" in section
        assert "https://login2.example/sso" in section

    def test_a_link_of_another_tenant_and_a_member_accept_nothing(
        self, acme: Tenant, bob: User, console: Client, other_console: Client, idp: Party
    ) -> None:
        send(Client(), make(console, "certificate"), {"certificate": next_certificate()})
        found = self.waiting(acme)
        assert found is not None

        for browser in (other_console, signed_in(bob), Client()):
            browser.post(f"{PAGE}do/accept-proposal/", {"proposal": found.pk, "stamp": ""})

        assert self.waiting(acme) is not None
