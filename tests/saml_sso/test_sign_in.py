"""The ACS, from the browser's side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session, Tenant, User
from accounts.services.users import UserFields, deactivate_user, update_user
from accounts.signing_in.sessions import stored_key
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import SignInAttempt
from saml_sso.protocol.instants import format_instant
from saml_sso.services.attempts import masked_trace
from tests.support.saml import certificate, private_key
from tests.support.saml_party import Party, method_in, person_in, post_response, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.conf import LazySettings


def logged(tenant: Tenant, reference: str) -> SignInAttempt:
    """Return the entry of the tenant's log with this reference."""
    with tenant_scope(tenant):
        return SignInAttempt.objects.get(reference=reference)


class TestAcceptedResponses:
    def test_a_person_whom_their_identity_provider_vouches_for_is_signed_in(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        response = post_response(client, idp.forge)

        assert response.status_code == 303
        assert response["Location"] == "/account/"
        assert person_in(client) == str(bob.pk)
        assert method_in(client) == "saml"

    def test_letter_case_and_space_around_the_address_do_not_matter(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        post_response(client, idp.forge.but(name_id=" BOB@Acme.example "))

        assert person_in(client) == str(bob.pk)

    def test_the_session_gets_a_new_key_and_replaces_the_one_before(
        self, alice: User, bob: User, idp: Party, console: Client
    ) -> None:
        before = console.cookies["gatehouse_session"].value

        asked = post_response(console, idp.forge)
        console.post(asked["Location"], {"go_on": "1"})

        assert console.cookies["gatehouse_session"].value != before
        assert person_in(console) == str(bob.pk)
        assert not Session.objects.filter(session_key=stored_key(before)).exists()

    def test_the_session_ends_when_the_identity_provider_says(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        ends = timezone.now() + timedelta(minutes=20)

        post_response(client, idp.forge.but(session_not_on_or_after=format_instant(ends)))

        session = Session.objects.get(user=bob)
        assert abs(session.expire_date - ends) < timedelta(seconds=5)

    def test_the_session_never_lasts_longer_than_ours(
        self, bob: User, idp: Party, client: Client, settings: LazySettings
    ) -> None:
        ends = timezone.now() + timedelta(days=300)

        post_response(client, idp.forge.but(session_not_on_or_after=format_instant(ends)))

        session = Session.objects.get(user=bob)
        ours = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        assert session.expire_date <= ours + timedelta(seconds=5)

    def test_the_log_says_who_signed_in_without_showing_their_address(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        post_response(client, idp.forge)

        with tenant_scope(acme):
            attempt = SignInAttempt.objects.get()
        assert attempt.is_accepted
        assert attempt.user_id == bob.pk
        assert attempt.identifier == "b•••@acme.example"
        assert "bob@" not in str(masked_trace(attempt))

    @pytest.mark.parametrize(
        ("relay_state", "lands_on"),
        [
            ("/console/", "/console/"),
            ("/account/?tab=1", "/account/?tab=1"),
            ("https://evil.example/", "/account/"),
            ("//evil.example/", "/account/"),
            ("/\\evil.example", "/account/"),
            ("/account/%2e%2e/sign-out/", "/account/"),
            ("javascript:alert(1)", "/account/"),
            ("/saml/globex/", "/account/"),
            ("some text of Okta's", "/account/"),
        ],
    )
    def test_relay_state_chooses_among_our_own_pages_only(
        self, bob: User, idp: Party, client: Client, relay_state: str, lands_on: str
    ) -> None:
        response = post_response(client, idp.forge, fields={"RelayState": relay_state})

        assert response["Location"] == lands_on


def minutes_ago(number: int) -> str:
    return format_instant(timezone.now() - timedelta(minutes=number))


BAD_RESPONSES: dict[str, tuple[Callable[[Party], Any], str]] = {
    "unsigned": (lambda idp: idp.forge.but(sign="none"), "signature"),
    "signed with a foreign key": (
        lambda idp: idp.forge.but(
            key=private_key("rsa2048", "mallory"),
            cert=certificate(private_key("rsa2048", "mallory")),
        ),
        "signature",
    ),
    "expired": (
        lambda idp: idp.forge.but(
            not_on_or_after=minutes_ago(10), confirmation_not_on_or_after=minutes_ago(10)
        ),
        "not_on_or_after",
    ),
    "for another audience": (
        lambda idp: idp.forge.but(audiences=(("https://other.example/",),)),
        "audience",
    ),
    "addressed to another tenant": (
        lambda idp: idp.forge.but(
            acs_url=idp.forge.acs_url.replace("acme", "globex"),
            sp_entity_id=idp.forge.acs_url.replace("acme", "globex"),
        ),
        "destination",
    ),
    "about an unknown person": (
        lambda idp: idp.forge.but(name_id="nobody@acme.example"),
        "user",
    ),
    "about another tenant's user": (
        lambda idp: idp.forge.but(name_id="grace@globex.example"),
        "user",
    ),
    "about an operator": (lambda idp: idp.forge.but(name_id="olga@gatehouse.example"), "user"),
    "answering nothing": (lambda idp: idp.forge.but(in_response_to="_unknown"), "in_response_to"),
    "not a response": (lambda idp: "bm90IFNBTUw=", "xml"),
    "not base64": (lambda idp: "<<<", "base64"),
    "empty": (lambda idp: "", "form"),
}


class TestRefusedResponses:
    @pytest.mark.usefixtures("bob", "grace", "olga")
    @pytest.mark.parametrize("case", BAD_RESPONSES)
    def test_a_bad_response_gets_a_reference_and_the_log_the_reason(
        self, acme: Tenant, idp: Party, client: Client, case: str
    ) -> None:
        forge, check = BAD_RESPONSES[case]

        response = post_response(client, forge(idp))

        reference = refused(client, response)
        attempt = logged(acme, reference)
        assert attempt.check_name.startswith(check)
        assert attempt.reason
        assert attempt.remedy
        page = response.content.decode()
        assert attempt.reason not in page
        assert "@" not in page
        assert not Session.objects.filter(user__isnull=False).exists()

    def test_a_response_counts_once(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        encoded = idp.forge.encoded()
        post_response(client, encoded)
        thief = Client()

        response = post_response(thief, encoded)

        assert logged(acme, refused(thief, response)).check_name == "replay"
        assert person_in(client) == str(bob.pk)

    def test_the_same_assertion_in_a_new_envelope_is_a_replay(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        first = idp.forge.but(assertion_id="_one")
        post_response(client, first)
        thief = Client()

        response = post_response(thief, first.but(assertion_id="_one"))

        assert logged(acme, refused(thief, response)).check_name == "replay"

    def test_a_deactivated_user_is_refused_and_not_revived(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            deactivate_user(user=bob)

        response = post_response(client, idp.forge)

        assert logged(acme, refused(client, response)).check_name == "user"
        with tenant_scope(acme):
            bob.refresh_from_db()
        assert not bob.active

    def test_an_address_that_two_users_share_is_nobodys(
        self, acme: Tenant, alice: User, bob: User, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            for user, name in ((alice, "alice"), (bob, "bob")):
                values = replace(UserFields.of(user), user_name=name, email="bob@acme.example")
                update_user(user=user, values=values)

        response = post_response(client, idp.forge)

        assert "several" in logged(acme, refused(client, response)).reason

    def test_somebodys_user_name_as_anothers_address_locks_nobody_out(
        self, acme: Tenant, alice: User, bob: User, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            values = replace(UserFields.of(alice), email="Bob@Acme.example")
            update_user(user=alice, values=values)

        post_response(client, idp.forge)

        assert person_in(client) == str(bob.pk)

    def test_an_identity_provider_cannot_sign_in_to_another_tenant(
        self, bob: User, grace: User, idp: Party, other_idp: Party, client: Client
    ) -> None:
        url = other_idp.forge.acs_url
        message = idp.forge.but(acs_url=url, sp_entity_id=url, name_id="grace@globex.example")

        refused(client, post_response(client, message, "/saml/globex/"))

    def test_nothing_is_accepted_while_saml_is_off(
        self, acme: Tenant, bob: User, idp: Party, client: Client
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(saml_enabled=False)

        response = post_response(client, idp.forge)

        assert logged(acme, refused(client, response)).check_name == "enabled"

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/saml/acme/", 404), ("/saml/acme/metadata", 404), ("/saml/acme/logout", 403)],
    )
    def test_a_smaller_plan_has_no_saml(
        self, acme: Tenant, idp: Party, client: Client, path: str, status: int
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(plan="starter")

        assert client.get(path).status_code == status
        assert post_response(client, idp.forge).status_code == 403
        assert person_in(client) is None

    @pytest.mark.parametrize("path", ["/saml/nobody/", "/saml/nobody/metadata"])
    def test_an_unknown_tenant_has_a_plain_page(
        self, idp: Party, client: Client, path: str
    ) -> None:
        assert client.get(path).status_code == 404
        refused(client, post_response(client, idp.forge, "/saml/nobody/"))

    def test_a_form_of_two_megabytes_is_refused_with_a_reference(
        self, acme: Tenant, idp: Party, client: Client
    ) -> None:
        response = post_response(client, "A" * 2_500_000)

        assert logged(acme, refused(client, response)).check_name == "form"

    @pytest.mark.usefixtures("idp")
    def test_a_form_of_escapes_is_refused_before_they_are_decoded(
        self, acme: Tenant, client: Client
    ) -> None:
        response = client.post(
            "/saml/acme/",
            "SAMLResponse=" + "%41" * 70_000,
            content_type="application/x-www-form-urlencoded",
        )

        assert logged(acme, refused(client, response)).check_name == "form"

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ("SAMLResponse={0}&SAMLResponse={0}", "application/x-www-form-urlencoded"),
            ("SAMLResponse=AAAA&SAMLResponse={0}", "application/x-www-form-urlencoded"),
            ("SAMLResponse=&SAMLResponse={0}", "application/x-www-form-urlencoded"),
            ("SAMLResponse={0}", "application/x-www-form-urlencoded; charset=iso-8859-1"),
            ("SAMLResponse={0}", "text/plain"),
            ("samlresponse={0}", "application/x-www-form-urlencoded"),
            ("SAMLart={0}", "application/x-www-form-urlencoded"),
        ],
    )
    def test_anything_but_one_field_in_a_usual_form_is_refused(
        self, acme: Tenant, idp: Party, client: Client, body: str, content_type: str
    ) -> None:
        encoded = quote(idp.forge.but().encoded(), safe="")

        response = client.generic(
            "POST", "/saml/acme/", body.format(encoded), content_type=content_type
        )

        assert logged(acme, refused(client, response)).check_name == "form"

    def test_a_log_that_cannot_be_written_changes_nothing(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE saml_sso_signinattempt ADD CONSTRAINT full_up CHECK (false) NOT VALID"
            )

        refused(Client(), post_response(Client(), idp.forge.but(sign="none")))
        post_response(client, idp.forge)

        assert person_in(client) == str(bob.pk)


class TestAddressWithoutItsSlash:
    """Some type the sign-on page URL without the slash at its end."""

    def test_a_response_posted_there_is_judged_as_any_other(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        response = post_response(client, idp.forge, "/saml/acme")

        assert response.status_code == 303
        assert person_in(client) == str(bob.pk)

    def test_a_browser_that_opens_it_goes_to_the_identity_provider(
        self, idp: Party, client: Client
    ) -> None:
        response = client.get("/saml/acme")

        assert response["Location"].startswith(idp.sso_url)

    @pytest.mark.parametrize(
        ("check", "changes"),
        [
            ("destination", {"destination": "http://127.0.0.1:8000/saml/acme"}),
            ("recipient", {"recipient": "http://127.0.0.1:8000/saml/acme"}),
            ("audience", {"audiences": (("http://127.0.0.1:8000/saml/acme",),)}),
        ],
    )
    def test_a_response_that_names_it_is_refused_and_the_log_says_what_is_missing(
        self, acme: Tenant, idp: Party, client: Client, check: str, changes: dict[str, Any]
    ) -> None:
        response = post_response(client, idp.forge.but(**changes), "/saml/acme")

        attempt = logged(acme, refused(client, response))
        assert attempt.check_name == check
        assert "http://127.0.0.1:8000/saml/acme/ Its final slash is missing" in attempt.remedy
