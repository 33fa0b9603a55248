"""A response that nobody here asked for, in a browser in which somebody else is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Session, User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, PendingRequest
from tests.saml_sso.test_sp_initiated import CROSS_SITE, answer, begin
from tests.support.saml_party import Party, person_in, post_response

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

SESSION, MARKER = "gatehouse_session", "gatehouse_marker"


def posted_from_elsewhere(client: Client, message: Any, *, brings: tuple[str, ...] = ()) -> Any:
    """Post across sites: of the browser's cookies only ``brings`` come along."""
    held_back = {name: client.cookies.pop(name) for name in list(client.cookies)}
    for name in brings:
        client.cookies[name] = held_back[name].value
    response = post_response(client, message, **CROSS_SITE)
    for name, cookie in held_back.items():
        if name not in response.cookies:
            client.cookies[name] = cookie.value
    return response


def seen_by(client: Client) -> str:
    return str(client.get("/account/").content.decode())


@pytest.fixture
def alices(console: Client) -> Client:
    """A browser in which Alice works."""
    console.get("/account/")
    return console


class TestABrowserThatBringsItsCookie:
    def asked(self, alices: Client, idp: Party) -> str:
        response = post_response(
            alices, idp.forge.but(), fields={"RelayState": "/account/sessions/"}
        )
        assert response.status_code == 303
        return str(response["Location"])

    def test_is_asked_and_nothing_happens_before(
        self, alice: User, bob: User, idp: Party, alices: Client
    ) -> None:
        page = alices.get(self.asked(alices, idp)).content.decode()

        assert "Stay signed in as alice@acme.example" in page
        assert "Go on as bob@acme.example" in page
        assert person_in(alices) == str(alice.pk)
        assert not Session.objects.filter(user=bob).exists()

    def test_goes_on_as_the_other_if_the_person_says_so(
        self, alice: User, bob: User, idp: Party, alices: Client
    ) -> None:
        question = self.asked(alices, idp)

        response = alices.post(question, {"go_on": "1"})

        assert response["Location"] == "/account/sessions/"
        assert person_in(alices) == str(bob.pk)
        assert not Session.objects.filter(user=alice).exists()

    def test_stays_and_is_not_asked_again_for_the_same_response(
        self, alice: User, bob: User, idp: Party, alices: Client
    ) -> None:
        message = idp.forge.but().encoded()
        question = post_response(alices, message)["Location"]

        assert alices.post(question, {"stay": "1"})["Location"] == "/account/"

        assert person_in(alices) == str(alice.pk)
        assert alices.post(question, {"go_on": "1"}).status_code == 403
        assert post_response(Client(), message).status_code == 403
        assert person_in(alices) == str(alice.pk)

    def test_the_question_is_of_its_session_only(
        self, bob: User, idp: Party, alices: Client
    ) -> None:
        question = self.asked(alices, idp)
        stranger, bobs = Client(), Client()
        post_response(bobs, idp.forge.but())

        for other in (stranger, bobs):
            assert other.get(question).status_code == 403
            assert other.post(question, {"go_on": "1"}).status_code == 403

    def test_the_answer_is_a_form_of_ours(self, idp: Party, bob: User, alices: Client) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = alices.cookies
        question = self.asked(alices, idp)

        assert strict.post(question, {"go_on": "1"}).status_code == 403
        assert person_in(alices) != str(bob.pk)

    def test_a_question_expires(self, acme: Tenant, bob: User, idp: Party, alices: Client) -> None:
        question = self.asked(alices, idp)
        with tenant_scope(acme):
            PendingRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert alices.post(question, {"go_on": "1"}).status_code == 403

    def test_somebody_who_would_be_created_is_somebody_else(
        self, acme: Tenant, alice: User, idp: Party, alices: Client
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(create_users_at_sign_in=True)

        asked = post_response(alices, idp.forge.but(name_id="new@acme.example"))

        assert "/replace/" in asked["Location"]
        with tenant_scope(acme):
            assert not User.objects.filter(user_name="new@acme.example").exists()
        alices.post(asked["Location"], {"go_on": "1"})
        with tenant_scope(acme):
            assert User.objects.filter(user_name="new@acme.example").exists()

    def test_the_same_person_is_not_asked(self, alice: User, idp: Party, alices: Client) -> None:
        response = post_response(alices, idp.forge.but(name_id=alice.email))

        assert response["Location"] == "/account/"
        assert Session.objects.filter(user=alice).count() == 1

    def test_whoever_began_here_is_not_asked(self, bob: User, idp: Party, alices: Client) -> None:
        assert answer(alices, idp, begin(alices))["Location"] == "/account/"
        assert person_in(alices) == str(bob.pk)


class TestABrowserThatHoldsItsCookiesBack:
    def test_behind_https_the_marker_lets_it_be_asked(
        self, alice: User, bob: User, idp: Party, alices: Client, settings: Settings
    ) -> None:
        asked = posted_from_elsewhere(alices, idp.forge.but(), brings=(MARKER,))

        assert SESSION not in asked.cookies
        assert "Go on as bob" in alices.get(asked["Location"]).content.decode()
        assert alices.post(asked["Location"], {"go_on": "1"})["Location"] == "/account/"
        assert person_in(alices) == str(bob.pk)

    def test_the_marker_comes_across_sites_behind_https_only(
        self, bob: User, idp: Party, settings: Settings
    ) -> None:
        def marker(message: Any) -> Any:
            client = Client()
            assert MARKER not in post_response(client, message).cookies
            return client.get("/account/").cookies[MARKER]

        plain = marker(idp.forge.but())
        settings.BASE_URL, settings.SESSION_COOKIE_SECURE = "https://gatehouse.example", True
        url = f"{settings.BASE_URL}/saml/acme/"
        secure = marker(idp.forge.but(acs_url=url, sp_entity_id=url))

        assert (plain["samesite"], bool(plain["secure"]), bool(plain["httponly"])) == (
            *("Lax", False, True),
        )
        assert (secure["samesite"], bool(secure["secure"]), bool(secure["httponly"])) == (
            *("None", True, True),
        )

    def test_without_it_the_old_session_ends_and_the_page_says_who_is_signed_in_now(
        self, acme: Tenant, alice: User, bob: User, idp: Party, alices: Client
    ) -> None:
        response = posted_from_elsewhere(alices, idp.forge.but())
        assert response["Location"] == "/account/"

        page = seen_by(alices)

        assert "You are signed in as bob@acme.example now" in page
        assert not Session.objects.filter(user=alice).exists()
        with tenant_scope(acme):
            entry = AuditEntry.objects.get(action="user.session_replaced")
        assert entry.target_id == str(alice.pk)
        assert entry.actor == bob.user_name
        assert "You are signed in as" not in seen_by(alices)

    def test_the_trail_of_another_tenant_does_not_say_who(
        self, acme: Tenant, grace: User, idp: Party, other_idp: Party, alices: Client
    ) -> None:
        url = other_idp.forge.acs_url
        message = other_idp.forge.but(name_id=grace.email, acs_url=url, sp_entity_id=url)
        held_back = {name: alices.cookies.pop(name) for name in list(alices.cookies)}
        post_response(alices, message, "/saml/globex/", **CROSS_SITE)
        alices.cookies[MARKER] = held_back[MARKER].value

        seen_by(alices)

        with tenant_scope(acme):
            assert AuditEntry.objects.get(action="user.session_replaced").actor == "system"

    def test_the_same_persons_old_session_ends_quietly(
        self, acme: Tenant, alice: User, idp: Party, alices: Client
    ) -> None:
        posted_from_elsewhere(alices, idp.forge.but(name_id=alice.email))

        assert "session of somebody else" not in seen_by(alices)
        assert Session.objects.filter(user=alice).count() == 1

    @pytest.mark.parametrize("state", ["signed out", "expired"])
    def test_a_marker_that_outlived_its_session_asks_nothing(
        self, alice: User, bob: User, idp: Party, alices: Client, state: str
    ) -> None:
        if state == "expired":
            Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        else:
            Session.objects.filter(user=alice).delete()

        response = posted_from_elsewhere(alices, idp.forge.but(), brings=(MARKER,))

        assert response["Location"] == "/account/"
        assert person_in(alices) == str(bob.pk)

    def test_a_made_up_marker_means_nothing(self, alice: User, bob: User, idp: Party) -> None:
        alices_key = "0" * 64
        client = Client()
        client.cookies[MARKER] = alices_key

        assert post_response(client, idp.forge.but())["Location"] == "/account/"


def test_signing_out_takes_the_marker_away(alices: Client) -> None:
    assert MARKER in alices.cookies

    alices.post("/sign-out/")

    assert alices.get("/sign-in/").cookies[MARKER]["max-age"] == 0


def test_an_ordinary_sign_in_has_no_hop_and_no_statement_more(bob: User, idp: Party) -> None:
    for _time in range(2):
        post_response(Client(), idp.forge.but())
    message = idp.forge.but().encoded()
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        response = post_response(client, message, **CROSS_SITE)
    made = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]

    assert len(made) == 2, made
    assert response["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
