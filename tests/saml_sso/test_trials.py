"""Test sign-ins: a trace for the admin, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from accounts.models import Session, User
from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.traces import MEANINGS
from saml_sso.models import IdentityProviderSettings, SignInAttempt
from saml_sso.services.attempts import sealed_detail
from tests.saml_sso.test_settings_page import save
from tests.support.saml_party import Party, method_in, person_in, post_response, request_in

if TYPE_CHECKING:
    from accounts.models import Tenant

PAGE = "/console/security/saml-scim/"


def begin(console: Client) -> str:
    response = console.post(f"{PAGE}test/")
    return str(request_in(response["Location"]).get("ID"))


def result(console: Client, idp: Party, **changes: object) -> str:
    """Answer the test that was begun; return the page with the trace."""
    response = post_response(console, idp.forge.but(**changes))
    assert response.status_code == 303
    return console.get(response["Location"]).content.decode()


class TestTrial:
    def test_a_passed_test_shows_every_check_and_changes_nobodys_session(
        self, acme: Tenant, alice: User, bob: User, console: Client, idp: Party
    ) -> None:
        page = result(console, idp, in_response_to=begin(console))

        assert "The test passed" in page
        assert "Audience" in page
        assert person_in(console) == str(alice.pk)
        assert method_in(console) != "saml"
        assert not Session.objects.filter(user=bob).exists()
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().is_tested

    def test_a_failed_test_says_what_was_expected_what_came_and_what_to_do(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        page = result(
            console, idp, in_response_to=begin(console), audiences=(("https://wrong.example/",),)
        )

        assert "The test failed" in page
        assert "https://wrong.example/" in page
        assert "Audience URI" in page
        with tenant_scope(acme):
            assert not IdentityProviderSettings.objects.get().is_tested

    def test_a_check_says_what_it_asks_and_a_number_what_it_names(
        self, bob: User, console: Client, idp: Party
    ) -> None:
        given = {"urn:oid:2.5.4.42": ("Bob",)}
        page = result(console, idp, in_response_to=begin(console), attributes=given)

        assert "Is it meant for your company at Gatehouse?" in page
        assert "valid for at most 24 hours" in page
        assert "urn:oid:2.5.4.42" in page
        assert "given name</span></th>" in page

    @pytest.mark.parametrize("creates", [True, False])
    def test_a_test_never_creates_a_user(
        self, acme: Tenant, console: Client, idp: Party, *, creates: bool
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(create_users_at_sign_in=creates)

        page = result(console, idp, in_response_to=begin(console), name_id="new@acme.example")

        assert ("The test passed" in page) is creates
        with tenant_scope(acme):
            assert not User.objects.filter(user_name="new@acme.example").exists()

    def test_it_can_start_at_the_identity_provider_when_the_sign_in_url_is_not_known(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(sso_url="")
        page = console.post(f"{PAGE}test/").content.decode()

        assert "Start at your identity provider" in page
        assert "The test passed" in result(console, idp)

    def test_it_works_before_saml_is_switched_on(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        save(console)

        assert "The test passed" in result(console, idp, in_response_to=begin(console))

    def test_its_response_signs_nobody_in_afterwards(
        self, bob: User, console: Client, idp: Party
    ) -> None:
        message = idp.forge.but(in_response_to=begin(console)).encoded()
        post_response(console, message)

        assert post_response(Client(), message).status_code == 403

    def test_a_response_that_is_posted_twice_shows_the_passed_test_twice(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        message = idp.forge.but(in_response_to=begin(console)).encoded()
        first = post_response(console, message)

        again = post_response(console, message)

        assert again["Location"] == first["Location"]
        assert "The test passed" in console.get(again["Location"]).content.decode()
        with tenant_scope(acme):
            assert SignInAttempt.objects.count() == 1

    def test_every_check_of_a_response_says_what_it_asks(
        self, bob: User, acme: Tenant, console: Client, idp: Party
    ) -> None:
        result(console, idp, in_response_to=begin(console))

        with tenant_scope(acme):
            trace = sealed_detail(SignInAttempt.objects.get())["trace"]
        assert {line["check"] for line in trace} <= set(MEANINGS)


class TestAttempts:
    def test_values_are_masked_until_they_are_revealed_and_that_is_audited(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        post_response(Client(), idp.forge.but(attributes={"mail": ("bob@home.example",)}))
        with tenant_scope(acme):
            number = SignInAttempt.objects.get().pk

        masked = console.get(f"{PAGE}attempts/{number}/").content.decode()
        revealed = console.post(f"{PAGE}attempts/{number}/reveal/").content.decode()

        assert "mail" in masked
        assert "bob@" not in masked
        assert "bob@home.example" in revealed
        audit = console.get("/console/accounts/auditentry/").content.decode()
        assert "looked at the hidden parts of a sign-in attempt" in audit

    def test_a_sign_in_that_was_sealed_with_a_forgotten_key_says_so(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        post_response(Client(), idp.forge)
        with tenant_scope(acme):
            SignInAttempt.objects.update(sealed=Fernet(Fernet.generate_key()).encrypt(b"x"))
            number = SignInAttempt.objects.get().pk

        for page in (
            console.get(f"{PAGE}attempts/{number}/"),
            console.post(f"{PAGE}attempts/{number}/reveal/"),
        ):
            assert page.status_code == 200
            assert "a key that is not configured any more" in page.content.decode()

    def test_an_attribute_becomes_the_identifier_by_click(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        console.post(
            f"{PAGE}do/map-attribute/", {"attribute": "mail", "use": "identifier_attribute"}
        )

        message = idp.forge.but(name_id="x-17", attributes={"mail": ("bob@acme.example",)})
        client = Client()
        post_response(client, message)

        assert person_in(client) == str(bob.pk)

    def test_the_log_is_exported_without_values(
        self, bob: User, console: Client, idp: Party
    ) -> None:
        post_response(Client(), idp.forge.but(sign="none"))

        response = console.get(f"{PAGE}attempts/export/")

        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert "signature" in text
        assert "bob@" not in text

    def test_another_tenants_attempts_do_not_exist(
        self, acme: Tenant, bob: User, idp: Party, other_console: Client
    ) -> None:
        post_response(Client(), idp.forge)
        with tenant_scope(acme):
            number = SignInAttempt.objects.get().pk

        assert other_console.get(f"{PAGE}attempts/{number}/").status_code == 404
        assert other_console.post(f"{PAGE}attempts/{number}/reveal/").status_code == 404


class TestFirstSignIn:
    def test_an_unknown_person_is_created_only_where_that_is_turned_on(
        self, acme: Tenant, idp: Party, client: Client
    ) -> None:
        message = idp.forge.but(
            name_id="new@acme.example",
            attributes={"givenName": ("Nora",), "sn": ("New",)},
        )
        assert post_response(Client(), message).status_code == 403
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(create_users_at_sign_in=True)

        post_response(client, message.but())

        with tenant_scope(acme):
            user = User.objects.get(user_name="new@acme.example")
        assert (user.given_name, user.family_name, user.role) == ("Nora", "New", "member")
        assert person_in(client) == str(user.pk)
