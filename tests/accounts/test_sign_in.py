"""Signing in with a password, and where an address is sent."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, Session, Tenant, User
from accounts.services.users import UserFields, create_user, deactivate_user
from accounts.signing_in.domains import claim_domain, verify_domain
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from tests.conftest import PASSWORD, is_signed_in, person, signed_in

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def enforcing(acme: Tenant) -> Tenant:
    """Acme, where SAML is enforced."""
    acme.saml_enabled = acme.saml_enforced = True
    acme.save()
    return acme


def enter_address(address: str) -> Response:
    return Client().post("/sign-in/", {"username": address})


def enter_password(
    address: str, password: str = PASSWORD, browser: Client | None = None, **fields: str
) -> Response:
    return (browser or Client()).post(
        "/sign-in/", {"username": address, "password": password, **fields}
    )


class TestPassword:
    def test_the_right_password_leads_to_the_account_page(self, bob: User) -> None:
        browser = Client()

        response = enter_password("bob@acme.example", browser=browser)

        assert response["Location"] == "/account/"
        assert "Bob" in browser.get("/account/").content.decode()

    def test_letter_case_of_the_address_does_not_matter(self, bob: User) -> None:
        assert enter_password("BOB@Acme.Example")["Location"] == "/account/"

    def test_a_sign_in_is_audited_with_its_method(self, acme: Tenant, bob: User) -> None:
        enter_password("bob@acme.example")

        with tenant_scope(acme):
            entry = AuditEntry.objects.filter(action="user.signed_in").get()
        assert (entry.actor, entry.details["method"]) == ("bob@acme.example", "password")

    def test_the_session_key_changes_at_sign_in(self, bob: User) -> None:
        browser = Client()
        session = browser.session
        session["planted"] = "by an attacker"
        session.save()
        key = session.session_key

        enter_password("bob@acme.example", browser=browser)

        assert browser.session.session_key != key
        assert "planted" not in browser.session

    def test_an_operator_starts_on_the_platform(self, olga: User) -> None:
        assert enter_password("olga@gatehouse.example")["Location"] == "/platform/"

    def test_an_inactive_person_is_refused_like_a_stranger(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            deactivate_user(user=bob)

        response = enter_password("bob@acme.example")

        assert "The address or the password is not right" in response.content.decode()

    @pytest.mark.parametrize(
        ("wanted", "reached"),
        [
            ("/account/password/", "/account/password/"),
            ("https://evil.example/", "/account/"),
            ("//evil.example/", "/account/"),
            ("/\\evil.example/", "/account/"),
            ("javascript:alert(1)", "/account/"),
        ],
    )
    def test_only_pages_of_this_site_can_follow(self, bob: User, wanted: str, reached: str) -> None:
        assert enter_password("bob@acme.example", next=wanted)["Location"] == reached

    def test_no_page_of_sign_in_is_cached(self, bob: User) -> None:
        for response in (Client().get("/sign-in/"), enter_password("bob@acme.example", "wrong")):
            assert "no-store" in response["Cache-Control"]


class TestNothingTellsWhoIsKnown:
    @staticmethod
    def page(response: Response) -> str:
        """Return the page without what is random in every answer."""
        text = response.content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)

    @pytest.mark.parametrize("stranger", ["nobo@acme.example", "bob2@unknown.example"])
    def test_the_first_step_looks_the_same(self, bob: User, stranger: str) -> None:
        known, unknown = enter_address("bob@acme.example"), enter_address(stranger)

        assert known.status_code == unknown.status_code == HTTPStatus.OK
        assert self.page(known) == self.page(unknown).replace(stranger, "bob@acme.example")

    def test_a_wrong_password_looks_the_same(self, bob: User) -> None:
        known = enter_password("bob@acme.example", "wrong")
        unknown = enter_password("nob@acme.example", "wrong")

        assert self.page(known) == self.page(unknown).replace("nob@", "bob@")

    def test_an_unknown_address_costs_one_hash_as_a_known_one_does(
        self, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415

        hashed: list[str] = []
        encode = MD5PasswordHasher.encode

        def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
            hashed.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
        enter_password("bob@acme.example", "wrong")
        for_known = len(hashed)
        enter_password("nobody@acme.example", "wrong")

        assert len(hashed) - for_known == for_known == 1

    def test_known_and_unknown_addresses_of_an_enforcing_tenant_go_to_its_provider(
        self, enforcing: Tenant, bob: User
    ) -> None:
        for address in ("bob@acme.example", "nobody@acme.example"):
            assert enter_address(address)["Location"] == "/saml/acme/"

    def test_a_password_at_an_enforcing_tenants_domain_is_refused_alike(
        self, enforcing: Tenant, bob: User
    ) -> None:
        pages = {
            self.page(enter_password(address, password))
            for address, password in [
                ("bob@acme.example", PASSWORD),
                ("bob@acme.example", "wrong"),
                ("nobody@acme.example", "wrong"),
            ]
        }

        assert len(pages) == 1


class TestEnforcement:
    def test_the_refusal_says_why_and_where_to_sign_in(self, enforcing: Tenant, bob: User) -> None:
        browser = Client()

        response = enter_password("bob@acme.example", browser=browser)

        text = response.content.decode()
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert "Acme enforces SAML login" in text
        assert "http://127.0.0.1:8000/saml/acme/" in text
        assert not is_signed_in(browser)

    def test_addresses_come_from_the_settings_never_from_the_host_header(
        self, enforcing: Tenant, bob: User
    ) -> None:
        response = Client(headers={"host": "localhost"}).post(
            "/sign-in/", {"username": "bob@acme.example", "password": PASSWORD}
        )

        assert "http://localhost" not in response.content.decode()

    def test_enforcement_ends_with_the_enterprise_plan(self, enforcing: Tenant, bob: User) -> None:
        enforcing.plan = "starter"
        enforcing.save()

        assert enter_password("bob@acme.example")["Location"] == "/account/"

    def test_operators_are_never_subject_to_it(
        self, enforcing: Tenant, bob: User, olga: User
    ) -> None:
        assert enter_password("olga@gatehouse.example")["Location"] == "/platform/"


class TestRouting:
    def test_where_people_wanted_to_go_travels_along(self, enforcing: Tenant, bob: User) -> None:
        response = Client().post(
            "/sign-in/", {"username": "bob@acme.example", "next": "/account/password/"}
        )

        assert response["Location"] == "/saml/acme/?next=%2Faccount%2Fpassword%2F"

    def test_a_domain_of_two_tenants_asks_for_a_password(
        self, enforcing: Tenant, bob: User, globex: Tenant
    ) -> None:
        with tenant_scope(globex):
            create_user(values=UserFields(user_name="carl@acme.example"))

        assert enter_address("bob@acme.example").status_code == HTTPStatus.OK

    def test_a_domain_of_an_operator_asks_for_a_password(
        self, enforcing: Tenant, olga: User
    ) -> None:
        with tenant_scope(enforcing):
            create_user(values=UserFields(user_name="x@gatehouse.example"))

        assert enter_address("olga@gatehouse.example").status_code == HTTPStatus.OK

    def test_a_public_mail_domain_belongs_to_nobody(self, enforcing: Tenant) -> None:
        with tenant_scope(enforcing):
            create_user(values=UserFields(user_name="bob@gmail.com"))

        assert enter_address("bob@gmail.com").status_code == HTTPStatus.OK

    def test_a_verified_domain_goes_to_its_tenant_without_enforcement(
        self, acme: Tenant, bob: User
    ) -> None:
        acme.saml_enabled = True
        acme.save()
        with tenant_scope(acme), audit.acting_as("olga@gatehouse.example"):
            verify_domain(claim=claim_domain(domain="Acme.Example"))

        assert enter_address("bob@acme.example")["Location"] == "/saml/acme/"
        assert enter_password("bob@acme.example")["Location"] == "/account/"

    def test_a_claim_alone_does_nothing(self, acme: Tenant, globex: Tenant, grace: User) -> None:
        acme.saml_enabled = True
        acme.save()
        with tenant_scope(acme):
            claim_domain(domain="globex.example")

        assert enter_address("grace@globex.example").status_code == HTTPStatus.OK

    def test_another_tenants_claim_cannot_capture_a_verified_domain(
        self, acme: Tenant, globex: Tenant
    ) -> None:
        from django.core.exceptions import ValidationError  # noqa: PLC0415

        with tenant_scope(acme):
            verify_domain(claim=claim_domain(domain="acme.example"))
        with tenant_scope(globex):
            claim = claim_domain(domain="acme.example")
            with pytest.raises(ValidationError, match="verified for another tenant"):
                verify_domain(claim=claim)

    @pytest.mark.parametrize("company", ["acme", "ACME", "no-such-company"])
    def test_a_named_company_leads_to_its_sign_on_page(self, acme: Tenant, company: str) -> None:
        response = Client().post("/sign-in/company/", {"company": company})

        assert response["Location"] == f"/saml/{company.lower()}/"


class TestOneAddressInSeveralTenants:
    @pytest.fixture
    def twins(self, acme: Tenant, globex: Tenant) -> tuple[User, User]:
        """Bob of Acme, and somebody with the same address and password at Globex."""
        first = person(acme, "Bob")
        with tenant_scope(globex):
            second = create_user(
                values=UserFields(user_name=first.user_name, email=first.email), password=PASSWORD
            )
        return first, second

    def test_the_person_chooses(self, twins: tuple[User, User]) -> None:
        browser = Client()

        assert enter_password(twins[0].user_name, browser=browser)["Location"] == (
            "/sign-in/choose/"
        )
        assert "Globex" in browser.get("/sign-in/choose/").content.decode()
        assert not is_signed_in(browser)

        browser.post("/sign-in/choose/", {"account": str(twins[1].pk)})

        assert "Globex" in browser.get("/account/").content.decode()

    def test_the_password_decides(self, twins: tuple[User, User], globex: Tenant) -> None:
        with tenant_scope(globex):
            twins[1].set_password("another long password")
            twins[1].save()
        browser = Client()

        enter_password(twins[0].user_name, "another long password", browser=browser)

        assert "Globex" in browser.get("/account/").content.decode()

    def test_only_an_account_with_this_password_can_be_chosen(
        self, twins: tuple[User, User], alice: User
    ) -> None:
        browser = Client()
        enter_password(twins[0].user_name, browser=browser)

        response = browser.post("/sign-in/choose/", {"account": str(alice.pk)})

        assert response["Location"] == "/sign-in/"
        assert not is_signed_in(browser)

    def test_the_enforcing_one_of_them_leads_to_its_sign_on_page(
        self, twins: tuple[User, User], enforcing: Tenant
    ) -> None:
        browser = Client()
        enter_password(twins[0].user_name, browser=browser)

        assert "/saml/acme/" in browser.get("/sign-in/choose/").content.decode()
        browser.post("/sign-in/choose/", {"account": str(twins[0].pk)})
        assert not is_signed_in(browser)


class TestThrottling:
    def test_the_tenth_failure_pauses_sign_in_and_says_what_to_do(self, bob: User) -> None:
        for _attempt in range(9):
            assert enter_password("bob@acme.example", "wrong").status_code == HTTPStatus.OK

        response = enter_password("bob@acme.example", "wrong")

        assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert response["Retry-After"] == "900"
        assert "pauses for 15 minutes" in response.content.decode()
        assert enter_password("bob@acme.example").status_code == HTTPStatus.TOO_MANY_REQUESTS

    def test_an_unknown_address_pauses_too(self, db: None) -> None:
        answers = [enter_password("no@acme.example", "wrong").status_code for _attempt in range(10)]

        assert answers[-1] == HTTPStatus.TOO_MANY_REQUESTS

    def test_letter_case_and_spaces_do_not_escape_the_pause(self, bob: User) -> None:
        for attempt in range(10):
            enter_password(["bob@acme.example", "BOB@acme.example "][attempt % 2], "wrong")

        assert enter_password("Bob@acme.example").status_code == HTTPStatus.TOO_MANY_REQUESTS

    def test_others_are_not_affected(self, alice: User, bob: User) -> None:
        for _attempt in range(10):
            enter_password("bob@acme.example", "wrong")

        assert enter_password("alice@acme.example")["Location"] == "/account/"

    def test_behind_a_proxy_the_clients_address_counts(self, bob: User, settings: Settings) -> None:
        settings.TRUSTED_PROXIES = 1
        attacker = Client(headers={"x-forwarded-for": "10.0.0.1, 203.0.113.7"})
        for _attempt in range(10):
            enter_password("bob@acme.example", "wrong", browser=attacker)

        bobs = Client(headers={"x-forwarded-for": "198.51.100.9"})
        assert enter_password("bob@acme.example", browser=bobs)["Location"] == "/account/"
        assert "198.51.100.9" in bobs.get("/account/").content.decode()

    def test_without_trusted_proxies_nobody_chooses_an_address(self, bob: User) -> None:
        for attempt in range(10):
            claims = Client(headers={"x-forwarded-for": f"203.0.113.{attempt}"})
            response = enter_password("bob@acme.example", "wrong", browser=claims)

        assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS

    def test_recovery_codes_are_throttled_with_passwords(self, alice: User) -> None:
        codes = {"username": "alice@acme.example", "secret": "AAAA-BBBB-CCCC-DDDD"}
        answers = [Client().post("/sign-in/recovery/", codes).status_code for _attempt in range(10)]

        assert answers[-1] == HTTPStatus.TOO_MANY_REQUESTS

    def test_no_secret_is_kept_of_a_failed_attempt(self, alice: User) -> None:
        from axes.models import AccessAttempt  # noqa: PLC0415

        Client().post(
            "/sign-in/recovery/", {"username": "alice@acme.example", "secret": "AAAA-BBBB"}
        )
        enter_password("alice@acme.example", "almost right")

        kept = " ".join(
            f"{attempt.get_data} {attempt.post_data}" for attempt in AccessAttempt.objects.all()
        )
        assert "AAAA-BBBB" not in kept
        assert "almost right" not in kept


class TestLeaving:
    def test_signing_out_ends_the_session(self, bob: User) -> None:
        browser = signed_in(bob)

        assert browser.post("/sign-out/")["Location"] == "/sign-in/"

        assert not is_signed_in(browser)
        assert not Session.objects.filter(user=bob).exists()

    def test_a_link_cannot_sign_anybody_out(self, bob: User) -> None:
        browser = signed_in(bob)
        browser.get("/sign-out/")

        assert is_signed_in(browser)

    def test_a_receiver_may_send_the_browser_on(self, bob: User) -> None:
        from accounts.signals import signing_out  # noqa: PLC0415

        def receiver(**kwargs: object) -> str:
            return "/saml/acme/leave/"

        signing_out.connect(receiver)
        try:
            response = signed_in(bob).post("/sign-out/")
        finally:
            signing_out.disconnect(receiver)

        assert response["Location"] == "/saml/acme/leave/"

    def test_a_deactivated_user_loses_every_session_at_once(self, acme: Tenant, bob: User) -> None:
        browsers = [signed_in(bob), signed_in(bob)]
        assert all(is_signed_in(browser) for browser in browsers)

        with tenant_scope(acme):
            deactivate_user(user=bob)

        for browser in browsers:
            assert browser.get("/account/")["Location"] == "/sign-in/?next=/account/"

    def test_strangers_start_at_sign_in_and_people_at_their_page(
        self, bob: User, olga: User
    ) -> None:
        assert Client().get("/")["Location"] == "/sign-in/"
        assert signed_in(bob).get("/")["Location"] == "/account/"
        assert signed_in(olga).get("/")["Location"] == "/platform/"

    def test_csrf_is_checked_and_the_page_says_what_to_do(self, bob: User) -> None:
        response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a"})

        assert response.status_code == HTTPStatus.FORBIDDEN
        assert "Please send the form again" in response.content.decode()


def test_roles_are_shown_on_the_account_page(acme: Tenant) -> None:
    browser = signed_in(person(acme, "Cora", Role.CONNECTOR_ADMIN))

    assert "Connector admin" in browser.get("/account/").content.decode()
