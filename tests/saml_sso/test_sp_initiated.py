"""Sign-ins that begin at the sign-on page: bound to one browser, answered once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.utils import timezone

from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, PendingRequest, SignInAttempt
from tests.support.saml_party import (
    Party,
    metadata_of,
    person_in,
    post_response,
    refused,
    request_in,
)

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant, User

CROSS_SITE: dict[str, Any] = {"headers": {"Sec-Fetch-Site": "cross-site"}}


def begin(client: Client, query: str = "") -> str:
    """Open the sign-on page; return the ID of the request that goes to the identity provider."""
    response = client.get(f"/saml/acme/{query}")
    assert response.status_code == 302, response.content.decode()
    return str(request_in(response["Location"]).get("ID"))


def answer(client: Client, idp: Party, request_id: str, **extra: Any) -> Any:
    return post_response(client, idp.forge.but(in_response_to=request_id), **extra)


class TestSameSite:
    def test_the_sign_on_page_sends_the_browser_to_the_identity_provider(
        self, idp: Party, client: Client
    ) -> None:
        response = client.get("/saml/acme/")

        request = request_in(response["Location"])
        assert response["Location"].startswith(idp.sso_url)
        assert request.get("AssertionConsumerServiceURL") == idp.forge.acs_url
        cookie = response.cookies["gatehouse_saml"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_behind_https_the_cookie_comes_along_with_a_cross_site_post(
        self, idp: Party, client: Client, settings: Settings
    ) -> None:
        settings.BASE_URL = "https://gatehouse.example"

        cookie = client.get("/saml/acme/").cookies["gatehouse_saml"]

        assert cookie["samesite"] == "None"
        assert cookie["secure"]

    def test_the_answer_signs_in_and_ends_where_the_person_wanted_to_be(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        asked = begin(client, "?next=/account/sessions/")

        response = answer(client, idp, asked)

        assert response["Location"] == "/account/sessions/"
        assert person_in(client) == str(bob.pk)

    def test_next_leads_to_our_own_pages_only(self, bob: User, idp: Party, client: Client) -> None:
        asked = begin(client, "?next=//evil.example/")

        assert answer(client, idp, asked)["Location"] == "/account/"

    def test_a_request_is_answered_once(self, bob: User, idp: Party, client: Client) -> None:
        asked = begin(client)
        answer(client, idp, asked)
        client.cookies.pop("gatehouse_session")

        refused(client, answer(client, idp, asked))

    def test_another_browser_cannot_use_the_answer(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        asked = begin(client)
        other = Client()
        begin(other)

        reference = refused(other, answer(other, idp, asked))

        with tenant_scope(acme):
            attempt = SignInAttempt.objects.get(reference=reference)
        assert attempt.check_name == "in_response_to"
        refused(Client(), answer(Client(), idp, asked))

    def test_a_request_expires(self, acme: Tenant, bob: User, idp: Party, client: Client) -> None:
        asked = begin(client)
        with tenant_scope(acme):
            PendingRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        refused(client, answer(client, idp, asked))

    def test_another_tenants_request_is_unknown(
        self, grace: User, bob: User, idp: Party, other_idp: Party, client: Client
    ) -> None:
        asked = begin(client)
        message = other_idp.forge.but(in_response_to=asked, name_id=grace.email)

        refused(client, post_response(client, message, "/saml/globex/"))

    def test_two_tabs_may_sign_in_side_by_side(self, bob: User, idp: Party, client: Client) -> None:
        first, second = begin(client), begin(client)

        assert answer(client, idp, first).status_code == 303
        assert answer(client, idp, second).status_code == 303

    def test_only_answers_are_taken_when_the_identity_provider_may_not_begin(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(allow_idp_initiated=False)

        refused(client, post_response(client, idp.forge))
        assert answer(client, idp, begin(client)).status_code == 303


class TestCrossSite:
    """The identity provider's page posts from another site: the browser holds its cookie back."""

    def arrive(self, idp: Party, asked: str) -> Any:
        return answer(Client(), idp, asked, **CROSS_SITE)

    def test_the_sign_in_is_finished_by_the_browser_that_began_it(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        arrived = self.arrive(idp, begin(client))

        assert arrived.status_code == 303
        assert not arrived.cookies.get("gatehouse_session")
        finished = client.get(arrived["Location"])
        assert finished["Location"] == "/account/"
        assert person_in(client) == str(bob.pk)

    def test_nobody_else_can_finish_it(self, bob: User, idp: Party, client: Client) -> None:
        arrived = self.arrive(idp, begin(client))
        other = Client()
        begin(other)

        refused(other, other.get(arrived["Location"]))
        refused(Client(), Client().get(arrived["Location"]))

    def test_it_is_finished_once(self, bob: User, idp: Party, client: Client) -> None:
        arrived = self.arrive(idp, begin(client))
        client.get(arrived["Location"])
        client.cookies.pop("gatehouse_session")

        refused(client, client.get(arrived["Location"]))

    def test_the_assertion_cannot_be_used_again_elsewhere(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        asked = begin(client)
        message = idp.forge.but(in_response_to=asked).encoded()
        arrived = post_response(Client(), message, **CROSS_SITE)
        client.get(arrived["Location"])

        refused(Client(), post_response(Client(), message))


class TestWithoutASignInURL:
    def test_the_page_says_where_to_start(self, acme: Tenant, idp: Party, client: Client) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(sso_url="")

        response = client.get("/saml/acme/")

        assert response.status_code == 200
        assert "dashboard" in response.content.decode()

    def test_our_metadata_is_there_before_anything_is_configured(
        self, acme: Tenant, client: Client
    ) -> None:
        entity = metadata_of(client)

        assert entity.get("entityID") == "http://127.0.0.1:8000/saml/acme/"

    def test_the_post_binding_is_a_form_that_the_policy_lets_out(
        self, acme: Tenant, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(
                sso_binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
            )

        response = client.get("/saml/acme/")

        assert 'name="SAMLRequest"' in response.content.decode()
        assert (
            "form-action 'self' https://login.acme.example" in response["Content-Security-Policy"]
        )
