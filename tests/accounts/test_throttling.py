"""Many failures for one address, or from one client: strangers are slowed, nobody is locked out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.signing_in import devices, throttling
from accounts.signing_in.devices import COOKIE
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import PASSWORD, person
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture
from tests.support.saml_party import Party, person_in, post_response

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

SLOWED = HTTPStatus.TOO_MANY_REQUESTS


@pytest.fixture(autouse=True)
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "MOST_FOR_AN_ADDRESS", 6)
    monkeypatch.setattr(throttling, "MOST_FROM_A_CLIENT", 8)


def sign_in(
    address: str, password: str = PASSWORD, browser: Client | None = None, at: str = "192.0.2.1"
) -> Any:
    fields = {"username": address, "password": password}
    return (browser or Client()).post("/sign-in/", fields, REMOTE_ADDR=at)


def attack_address(address: str) -> None:
    """Fail from many clients, for one address."""
    for number in range(6):
        sign_in(address, "wrong", at=f"198.51.100.{number}")


def attack_from(client: str) -> None:
    """Fail for many addresses, from one client."""
    for number in range(8):
        sign_in(f"nobody{number}@acme.example", "wrong", at=client)


class TestAddressAlone:
    @pytest.mark.parametrize("address", ["bob@acme.example", "nobody@acme.example"])
    def test_it_is_slowed_from_everywhere_whoever_has_it(self, bob: User, address: str) -> None:
        attack_address(address)

        response = sign_in(address)

        assert response.status_code == SLOWED
        assert response["Retry-After"] == "900"

    def test_letter_case_does_not_escape(self, bob: User) -> None:
        attack_address("BOB@acme.example")

        assert sign_in("bob@acme.example").status_code == SLOWED

    def test_a_browser_that_signed_in_before_is_not_slowed(self, bob: User) -> None:
        browser = Client()
        sign_in(bob.user_name, browser=browser)
        browser.post("/sign-out/")
        attack_address(bob.user_name)

        assert sign_in(bob.user_name, "wrong", browser).status_code == HTTPStatus.OK
        assert sign_in(bob.user_name, browser=browser)["Location"] == "/account/"

    def test_it_is_paused_there_too_after_ten_failures_of_its_own(self, bob: User) -> None:
        browser = Client()
        sign_in(bob.user_name, browser=browser)
        for _attempt in range(10):
            sign_in(bob.user_name, "wrong", browser)

        assert sign_in(bob.user_name, browser=browser).status_code == SLOWED

    def test_a_browser_that_knows_another_account_is_slowed(self, alice: User, bob: User) -> None:
        browser = Client()
        sign_in(alice.user_name, browser=browser)
        attack_address(bob.user_name)

        assert sign_in(bob.user_name, browser=browser).status_code == SLOWED

    def test_others_are_not(self, alice: User, bob: User) -> None:
        attack_address(bob.user_name)

        assert sign_in(alice.user_name)["Location"] == "/account/"

    def test_saml_signs_in_and_makes_the_browser_known(
        self,
        bob: User,
        idp: Party,  # noqa: F811
    ) -> None:
        attack_address(bob.user_name)
        browser = Client()

        post_response(browser, idp.forge)

        assert person_in(browser) == str(bob.pk)
        browser.post("/sign-out/")
        assert sign_in(bob.user_name, browser=browser)["Location"] == "/account/"

    def test_a_recovery_code_signs_in(self, acme: Tenant, alice: User) -> None:
        with tenant_scope(acme):
            [code, *_] = make_recovery_codes(user=alice)
        attack_address(alice.user_name)
        attack_from("192.0.2.1")

        fields = {"username": alice.user_name, "secret": code}
        response = Client().post("/sign-in/recovery/", fields, REMOTE_ADDR="192.0.2.1")

        assert response["Location"] == "/account/"


class TestClientAlone:
    def test_it_is_slowed_for_every_address(self, bob: User) -> None:
        attack_from("192.0.2.9")

        assert sign_in(bob.user_name, at="192.0.2.9").status_code == SLOWED
        assert sign_in("fresh@acme.example", at="192.0.2.9").status_code == SLOWED
        assert sign_in(bob.user_name, at="192.0.2.10")["Location"] == "/account/"

    def test_neighbours_who_signed_in_before_are_not(self, bob: User) -> None:
        browser = Client()
        sign_in(bob.user_name, browser=browser, at="192.0.2.9")
        attack_from("192.0.2.9")

        assert sign_in(bob.user_name, browser=browser, at="192.0.2.9")["Location"] == "/account/"

    def test_a_network_of_ipv6_is_one_client(self, bob: User) -> None:
        for number in range(8):
            sign_in(f"nobody{number}@acme.example", "wrong", at=f"2001:db8:1:2::{number + 1}")

        assert sign_in(bob.user_name, at="2001:db8:1:2:ffff::7").status_code == SLOWED
        assert sign_in(bob.user_name, at="2001:db8:1:3::7")["Location"] == "/account/"


class TestCookie:
    def test_it_is_of_no_use_to_scripts_and_names_nobody(self, bob: User) -> None:
        cookie = sign_in(bob.user_name).cookies[COOKIE]

        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        for known in (str(bob.pk), bob.pk.hex, "bob", "acme"):
            assert known not in cookie.value

    def test_two_sign_ins_of_one_person_cannot_be_told_to_be_the_same(self, bob: User) -> None:
        first, second = (sign_in(bob.user_name).cookies[COOKIE].value for _time in range(2))

        assert not set(first.split(".")) & set(second.split("."))

    def test_it_remembers_several_accounts_and_each_once(self, alice: User, bob: User) -> None:
        browser = Client()
        for user in (alice, bob, alice):
            sign_in(user.user_name, browser=browser)
            browser.post("/sign-out/")

        assert browser.cookies[COOKIE].value.count("~") == 1
        attack_address(bob.user_name)
        assert sign_in(bob.user_name, browser=browser)["Location"] == "/account/"

    def test_it_does_not_grow(self, acme: Tenant) -> None:
        browser = Client()
        for number in range(devices.MOST_ACCOUNTS + 2):
            sign_in(person(acme, f"P{number}").user_name, browser=browser)

        assert browser.cookies[COOKIE].value.count("~") == devices.MOST_ACCOUNTS - 1

    @pytest.mark.parametrize("forged", ["", "~", "a.b", "." * 5000, "é.é~x"])
    def test_a_forged_one_is_no_help(self, bob: User, forged: str) -> None:
        attack_address(bob.user_name)
        browser = Client()
        browser.cookies[COOKIE] = forged

        assert sign_in(bob.user_name, browser=browser).status_code == SLOWED

    def test_a_new_secret_key_forgets_nobody(self, bob: User, settings: Settings) -> None:
        browser = Client()
        sign_in(bob.user_name, browser=browser)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a new key of at least fifty characters, as it should be"
        attack_address(bob.user_name)

        assert sign_in(bob.user_name, browser=browser)["Location"] == "/account/"

    def test_a_failed_sign_in_sets_none(self, bob: User) -> None:
        assert COOKIE not in sign_in(bob.user_name, "wrong").cookies


def test_an_address_longer_than_the_throttle_keeps_is_refused_as_any(db: None) -> None:
    assert sign_in("a" * 300 + "@acme.example", "wrong").status_code == HTTPStatus.OK


def test_what_counts_failures_writes_no_line_of_who_tried_from_where(
    bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(bob.user_name)
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        sign_in(bob.user_name, "wrong")

    assert [record.name for record in caplog.records if record.name.startswith("axes")] == []
