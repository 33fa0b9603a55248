"""A colleague with a set-up link finishes alone: saves, tests, switches SAML on; no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Session, User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import (
    IdentityProviderSettings,
    PendingRequest,
    SetUpLink,
    SignInAttempt,
    TrustProposal,
)
from saml_sso.services.switches import disable_saml
from tests.saml_sso.test_set_up_links import PAGE, make, send
from tests.support.saml_party import Party, party_of, person_in, post_response, request_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import Tenant


@dataclass
class Holder:
    """Somebody in IT who has no account: their browser, the link's path, and their test."""

    path: str
    idp: Party
    browser: Client = field(default_factory=Client)

    def begin(self) -> str:
        """Begin a test; return the ID of the request that went to the identity provider."""
        response = self.browser.post(f"{self.path}test/")
        return str(request_in(response["Location"]).get("ID"))

    def answer(self, **changes: object) -> str:
        """Bring the identity provider's answer; return the address that the new tab ends on."""
        response = post_response(self.browser, self.idp.forge.but(**changes))
        assert response.status_code == 303
        return response["Location"]

    def test(self, **changes: object) -> str:
        """Make a whole test; return the page that the new tab ends on."""
        result = self.answer(in_response_to=self.begin(), **changes)
        return self.browser.get(result).content.decode()

    def press(self, button: str) -> HttpResponse:
        """Press a button of the page."""
        return cast("HttpResponse", self.browser.post(self.path, {button: "1"}))

    def page(self) -> str:
        """Return the page behind the link."""
        response = self.browser.get(self.path)
        assert response.status_code == 200
        return response.content.decode()

    def progress(self) -> dict[str, Any]:
        """Return what the page's script is told."""
        answer: dict[str, Any] = self.browser.get(f"{self.path}progress/").json()
        return answer


@pytest.fixture
def holder(acme: Tenant, console: Client, idp: Party) -> Holder:
    """The holder of a link to set SAML up, which is off; an identity provider is known."""
    with tenant_scope(acme):
        disable_saml(tenant=acme)
    return Holder(make(console, "saml"), idp)


def switched_on(tenant: Tenant) -> bool:
    tenant.refresh_from_db()
    return bool(tenant.saml_enabled)


class TestFinishingAlone:
    def test_from_nothing_to_on(self, acme: Tenant, bob: User, console: Client) -> None:
        holder = Holder(make(console, "saml"), party_of("acme"))
        metadata = SimpleUploadedFile("idp.xml", holder.idp.metadata().encode())
        preview = send(holder.browser, holder.path, {"metadata": metadata, "preview": "1"})
        assert holder.idp.forge.entity_id in preview.content.decode()
        assert "Set up, untested" not in holder.page()

        metadata.seek(0)
        send(holder.browser, holder.path, {"metadata": metadata})
        assert "Set up, untested" in holder.page()
        assert "The test passed" in holder.test()
        assert "Tested, off" in holder.page()
        holder.press("switch_on")

        assert "SAML sign-on is on." in holder.page()
        assert switched_on(acme)
        assert not acme.saml_enforced
        client = Client()
        post_response(client, holder.idp.forge.but())
        assert person_in(client) == str(bob.pk)

    def test_a_test_begins_no_session_and_creates_nobody(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(create_users_at_sign_in=True)

        assert "The test passed" in holder.test()
        assert "The test passed" in holder.test(name_id="new@acme.example")

        assert person_in(holder.browser) is None
        assert not Session.objects.filter(user=bob).exists()
        with tenant_scope(acme):
            assert not User.objects.filter(user_name="new@acme.example").exists()
        assert holder.browser.get("/account/").status_code == 302
        assert holder.browser.get(PAGE).status_code == 302

    def test_a_failed_test_says_what_to_change_and_switches_nothing_on(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        page = holder.test(audiences=(("https://wrong.example/",),))

        assert "The test failed" in page
        assert "https://wrong.example/" in page
        assert "Audience URI" in page
        holder.press("switch_on")
        assert "Make a test sign-in" in holder.page()
        assert not switched_on(acme)

    def test_who_has_no_account_may_switch_on_after_all_else_passed_but_it_is_no_passed_test(
        self, acme: Tenant, holder: Holder
    ) -> None:
        page = holder.test(name_id="it@acme.example")

        assert "Only an account is missing" in page
        assert "it@" not in page
        holder.press("switch_on")
        assert switched_on(acme)
        with tenant_scope(acme):
            assert not IdentityProviderSettings.objects.get().is_tested

    def test_such_a_test_does_not_count_for_other_settings_nor_for_another_link(
        self, acme: Tenant, console: Client, holder: Holder
    ) -> None:
        holder.test(name_id="it@acme.example")

        replace(holder, path=make(console, "saml")).press("switch_on")
        assert not switched_on(acme)
        send(holder.browser, holder.path, {"sso_url": "https://other.example/sso"})
        holder.press("switch_on")
        assert not switched_on(acme)

    def test_an_attribute_that_came_becomes_the_identifier_by_click(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        changes = {"name_id": "x-17", "attributes": {"mail": (bob.email,)}}
        result = holder.answer(in_response_to=holder.begin(), **changes)
        used = {"use": "identifier_attribute", "attribute": "mail"}

        assert holder.browser.post(result, used | {"attribute": "x"}).status_code == 404
        assert holder.browser.post(result, used)["Location"] == holder.path

        assert "The test passed" in holder.test(**changes)

    def test_without_a_sign_in_url_the_test_starts_at_the_identity_provider(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(sso_url="")

        begun = holder.browser.post(f"{holder.path}test/").content.decode()
        assert "Start at your identity provider" in begun
        page = holder.browser.get(holder.answer()).content.decode()

        assert "The test passed" in page

    def test_everything_is_audited_as_the_links(
        self, acme: Tenant, alice: User, bob: User, holder: Holder
    ) -> None:
        holder.test(audiences=(("https://wrong.example/",),))
        holder.test()
        holder.press("switch_on")

        with tenant_scope(acme):
            link = SetUpLink.objects.get()
            entries = set(
                AuditEntry.objects.filter(actor=link.actor).values_list("action", flat=True)
            )
        assert alice.user_name in link.actor
        assert {
            "set_up_link.test_begun",
            "set_up_link.test_failed",
            "set_up_link.test_passed",
            "saml.enabled",
        } <= entries


class TestWhatItDoesNotShow:
    def test_the_page_shows_nobody_elses_sign_ins(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        post_response(Client(), holder.idp.forge.but(sign="none"))
        with tenant_scope(acme):
            reference = SignInAttempt.objects.get().reference

        page = holder.page()

        assert reference not in page
        assert "bob@" not in page
        assert "•••@" not in page

    def test_another_browser_with_the_link_does_not_see_the_test(
        self, bob: User, holder: Holder
    ) -> None:
        result = holder.answer(in_response_to=holder.begin())
        other = replace(holder, browser=Client())
        other.page()

        assert other.browser.get(result).status_code == 404
        assert other.progress()["state"] == "none"
        assert holder.progress()["state"] == "passed"

    def test_values_stay_masked(self, bob: User, holder: Holder) -> None:
        page = holder.test(attributes={"mail": (bob.email,)})

        assert "mail" in page
        assert "bob@" not in page
        assert "bob@" not in holder.progress()["html"]

    @pytest.mark.parametrize("ending", ["revoked", "expired"])
    def test_a_link_that_works_no_more_shows_no_test(
        self, acme: Tenant, bob: User, holder: Holder, ending: str
    ) -> None:
        result = holder.answer(in_response_to=holder.begin())
        past = timezone.now() - timedelta(seconds=1)
        with tenant_scope(acme):
            changed = {"revoked": past} if ending == "revoked" else {"expires": past}
            SetUpLink.objects.update(**changed)

        assert holder.browser.get(result).status_code == 404
        assert holder.browser.get(f"{holder.path}progress/").status_code == 404
        assert holder.browser.post(f"{holder.path}test/").status_code == 404
        assert holder.press("switch_on").status_code == 404

    @pytest.mark.parametrize("purpose", ["certificate", "scim"])
    def test_a_link_for_something_else_neither_tests_nor_switches_on(
        self, acme: Tenant, bob: User, console: Client, idp: Party, purpose: str
    ) -> None:
        holder = Holder(make(console, purpose), idp)
        with tenant_scope(acme):
            disable_saml(tenant=acme)
            IdentityProviderSettings.objects.update(tested_revision=1, revision=1)

        assert "Test sign-in" not in holder.page()
        assert holder.browser.post(f"{holder.path}test/").status_code == 403
        assert holder.browser.get(f"{holder.path}progress/").status_code == 403
        assert holder.press("switch_on").status_code == 403
        assert not switched_on(acme)
        with tenant_scope(acme):
            assert not PendingRequest.objects.exists()


class TestWithoutTheCookie:
    """Plain http: the browser holds its cookie back when another site posts the response."""

    CROSS_SITE = {"sec-fetch-site": "cross-site"}

    def post(self, holder: Holder, **changes: object) -> HttpResponse:
        """Post a response as another site does; the browser keeps its cookies for later."""
        message = holder.idp.forge.but(**changes)
        return post_response(Client(), message, headers=self.CROSS_SITE)

    def test_the_test_is_finished_by_the_browser_that_began_it(
        self, bob: User, holder: Holder
    ) -> None:
        answer = self.post(holder, in_response_to=holder.begin())
        assert Client().get(answer["Location"]).status_code == 403

        finished = holder.browser.get(answer["Location"])

        assert "The test passed" in holder.browser.get(finished["Location"]).content.decode()

    def test_nothing_else_gets_in_while_a_test_waits_and_saml_is_off(
        self, acme: Tenant, bob: User, holder: Holder
    ) -> None:
        holder.begin()

        answer = self.post(holder)

        assert answer.status_code == 403
        assert not Session.objects.filter(user=bob).exists()
        with tenant_scope(acme):
            assert not SignInAttempt.objects.get().is_accepted


class TestFollowing:
    def test_the_page_follows_the_test_from_waiting_to_its_checks(
        self, bob: User, holder: Holder
    ) -> None:
        assert holder.progress()["state"] == "none"
        asked = holder.begin()
        waiting = holder.progress()
        holder.answer(in_response_to=asked)
        passed = holder.progress()

        assert (waiting["state"], passed["state"]) == ("waiting", "passed")
        assert waiting["id"] == passed["id"] == asked
        assert "Audience" in passed["html"]
        assert "Audience" not in waiting["html"]

    def test_an_admin_follows_their_own_test_only(
        self, acme: Tenant, alice: User, bob: User, console: Client, idp: Party
    ) -> None:
        response = console.post(f"{PAGE}test/")
        asked = str(request_in(response["Location"]).get("ID"))
        following = console.get(f"{PAGE}test/progress/").json()
        post_response(console, idp.forge.but(in_response_to=asked, sign="none"))
        failed = console.get(f"{PAGE}test/progress/").json()
        with tenant_scope(acme):
            PendingRequest.objects.update(tester=bob)

        assert (following["state"], failed["state"]) == ("waiting", "failed")
        assert "signature" in failed["sentence"].lower()
        assert console.get(f"{PAGE}test/progress/").json()["state"] == "none"

    def test_a_test_without_a_response_is_over_in_the_end(
        self, acme: Tenant, holder: Holder
    ) -> None:
        holder.begin()
        with tenant_scope(acme):
            PendingRequest.objects.update(issued_at=timezone.now() - timedelta(seconds=40))
        assert "compare the values of step 1" in holder.progress()["html"]
        with tenant_scope(acme):
            PendingRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        over = holder.progress()

        assert over["state"] == "over"
        assert "No response came in time" in over["sentence"]


class TestWhileSamlIsOn:
    def test_an_attribute_that_the_holder_chooses_waits_for_a_system_admin(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        """Else whoever holds the link could say which attribute names an admin."""
        holder = Holder(make(console, "saml"), idp)
        result = holder.answer(in_response_to=holder.begin(), attributes={"mail": ("x@y.example",)})

        page = holder.browser.post(
            result, {"use": "identifier_attribute", "attribute": "mail"}, follow=True
        )

        assert "when a system admin has accepted it" in page.content.decode()
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().identifier_attribute == ""
            found = TrustProposal.objects.get()
        shown = console.get(PAGE).content.decode()
        section = shown.split(f'id="proposal-{found.pk}"')[1].split("</section>")[0]
        assert "mail" in section
        stamp = section.split('name="stamp" value="')[1].split('"')[0]
        console.post(f"{PAGE}do/accept-proposal/", {"proposal": found.pk, "stamp": stamp})
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().identifier_attribute == "mail"
