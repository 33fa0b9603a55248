"""What a password costs: as many hashes whoever has the address, and one at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import argon2
import httpx2
import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.cache import cache
from django.test import Client

from accounts.models import OneTimeLink, Plan, User
from accounts.secrets import hashers
from accounts.services.tenants import create_tenant
from accounts.services.users import UserFields, create_user, deactivate_user
from accounts.signing_in.links import make_link
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.conftest import PASSWORD, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

TWIN = "twin@everywhere.example"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is hashed, each time it is."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return seen


def tenants(number: int) -> list[Tenant]:
    return [
        create_tenant(slug=f"t{place}", name=f"Company {place}", plan=Plan.ENTERPRISE)
        for place in range(number)
    ]


def twins(number: int) -> list[User]:
    """Make accounts of one address in so many tenants, each with a password of its own."""
    made = []
    for place, tenant in enumerate(tenants(number)):
        values = UserFields(user_name=TWIN, email=TWIN)
        with tenant_scope(tenant):
            made.append(create_user(values=values, password=f"{PASSWORD} {place}"))
    return made


def apart(users: list[User]) -> None:
    """Give accounts of one address salts of their own, as an earlier release did."""
    with every_tenant():
        for place, user in enumerate(users):
            User.objects.filter(pk=user.pk).update(password=make_password(f"{PASSWORD} {place}"))
    cache.clear()


def try_password(address: str, password: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post("/sign-in/", {"username": address, "password": password})


def unknown(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    return "nobody@acme.example", "wrong"


def known(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    return bob.user_name, "wrong"


def right(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    return bob.user_name, PASSWORD


def inactive(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    with tenant_scope(acme):
        deactivate_user(user=bob)
    return bob.user_name, PASSWORD


def without_password(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="carl@acme.example"))
    return "carl@acme.example", PASSWORD


def enforced(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    acme.saml_enabled = acme.saml_enforced = True
    acme.save()
    return bob.user_name, PASSWORD


def operator(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    return olga.user_name, "wrong"


def operator_right(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    return olga.user_name, PASSWORD


def gibberish(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    with every_tenant():
        User.objects.filter(pk=bob.pk).update(password="something$else")
    return bob.user_name, PASSWORD


def several(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    twins(7)
    return TWIN, "wrong"


def several_right(acme: Tenant, bob: User, olga: User) -> tuple[str, str]:
    twins(7)
    return TWIN, f"{PASSWORD} 6"


OUTCOMES = [
    *(unknown, known, right, inactive, without_password, enforced, operator, operator_right),
    *(gibberish, several, several_right),
]


class TestCount:
    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_every_answer_costs_one_hash(
        self,
        outcome: Callable[..., tuple[str, str]],
        acme: Tenant,
        bob: User,
        olga: User,
        hashed: list[str],
    ) -> None:
        address, password = outcome(acme, bob, olga)
        hashed.clear()

        try_password(address, password)

        assert hashed == [password]

    @pytest.mark.parametrize("address", ["bob@acme.example", "nobody@acme.example"])
    def test_a_throttled_answer_costs_none_whoever_has_the_address(
        self, address: str, bob: User, hashed: list[str]
    ) -> None:
        for _attempt in range(10):
            try_password(address, "wrong")
        hashed.clear()

        assert try_password(address, PASSWORD).status_code == 429
        assert hashed == []

    @pytest.mark.parametrize("address", ["alice@acme.example", "bob@acme.example", "x@y.example"])
    def test_a_recovery_code_costs_none(
        self, address: str, acme: Tenant, alice: User, bob: User, hashed: list[str]
    ) -> None:
        with tenant_scope(acme):
            [code, *_] = make_recovery_codes(user=alice)
        hashed.clear()

        Client().post("/sign-in/recovery/", {"username": address, "secret": code})

        assert hashed == []

    def test_a_password_in_another_form_costs_two_whoever_has_the_address(
        self, bob: User, hashed: list[str]
    ) -> None:
        costs = []
        for address in (bob.user_name, "nobody@acme.example"):
            hashed.clear()
            try_password(address, "cafe\u0301 au lait, twice")
            costs.append(hashed[:])

        assert costs[0] == costs[1] == ["café au lait, twice", "cafe\u0301 au lait, twice"]


class TestOneAddressInSeveralTenants:
    def test_each_password_signs_in_to_its_own_tenant(self) -> None:
        for place, user in enumerate(twins(7)):
            browser = Client()
            try_password(TWIN, f"{PASSWORD} {place}", browser)

            assert browser.session["_auth_user_id"] == str(user.pk)

    def test_the_same_password_set_again_is_another_hash(self) -> None:
        first, _second = twins(2)
        before = first.password

        first.set_password(f"{PASSWORD} 0")

        assert first.password != before

    def test_others_have_salts_of_their_own(self, alice: User, bob: User) -> None:
        assert alice.password.split("$")[1] != bob.password.split("$")[1]


class TestSaltsOfAnEarlierRelease:
    def test_each_password_works_as_before(self) -> None:
        users = twins(3)
        apart(users)

        for place, user in enumerate(users):
            browser = Client()
            try_password(TWIN, f"{PASSWORD} {place}", browser)
            assert browser.session["_auth_user_id"] == str(user.pk)

    def test_every_answer_costs_as_many_hashes_as_that_address_needs(
        self, bob: User, hashed: list[str]
    ) -> None:
        apart(twins(2))
        for address in (TWIN, bob.user_name, "nobody@acme.example"):
            hashed.clear()
            try_password(address, "wrong")

            assert len(hashed) == 2

    def test_a_sign_in_to_each_makes_it_one_hash_again(self, hashed: list[str]) -> None:
        apart(twins(2))
        for place in range(2):
            try_password(TWIN, f"{PASSWORD} {place}")
        cache.clear()
        hashed.clear()
        try_password(TWIN, "wrong")

        assert len(hashed) == 1

    def test_an_address_that_needs_more_is_noticed_at_once(self, bob: User) -> None:
        try_password(bob.user_name, "wrong")
        users = twins(2)
        with every_tenant():
            User.objects.filter(pk=users[1].pk).update(password=make_password("passphrase of old"))

        browser = Client()
        try_password(TWIN, "passphrase of old", browser)

        assert browser.session["_auth_user_id"] == str(users[1].pk)


class TestForms:
    def test_the_same_password_from_another_keyboard_is_the_same(self, bob: User) -> None:
        with every_tenant():
            bob.set_password("caf\u00e9 au lait, twice")
            bob.save()

        assert try_password(bob.user_name, "cafe\u0301 au lait, twice").status_code == 302

    def test_one_that_was_stored_as_typed_works_and_is_stored_anew_once(self, bob: User) -> None:
        typed = "cafe\u0301 au lait, twice"
        with every_tenant():
            User.objects.filter(pk=bob.pk).update(password=make_password(typed))

        assert try_password(bob.user_name, typed).status_code == 302
        with every_tenant():
            renewed = User.objects.get(pk=bob.pk).password
        assert try_password(bob.user_name, "caf\u00e9 au lait, twice").status_code == 302
        with every_tenant():
            assert User.objects.get(pk=bob.pk).password == renewed

    def test_one_that_could_not_be_chosen_any_more_goes_on_working(self, bob: User) -> None:
        typed = "family \U0001f468\u200d\U0001f469\u200d\U0001f467 passphrase"
        with every_tenant():
            User.objects.filter(pk=bob.pk).update(password=make_password(typed))

        assert try_password(bob.user_name, typed).status_code == 302
        assert try_password(bob.user_name, typed).status_code == 302


@pytest.fixture
def busy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process all of whose places for hashes are taken."""
    settings.PASSWORD_HASHERS = ["accounts.secrets.hashers.BoundedArgon2PasswordHasher"]
    settings.PASSWORD_HASH_WAIT_SECONDS = 0.05
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(hashers, "_places", taken)


def is_busy(response: Any) -> bool:
    text = response.content.decode()
    return (
        response.status_code == 503
        and response["Retry-After"] == "5"
        and "Many people are signing in" in text
    )


class TestBusy:
    @pytest.mark.parametrize("address", ["bob@acme.example", "nobody@acme.example"])
    def test_sign_in_keeps_what_was_typed_apart_from_the_password(
        self, address: str, bob: User, busy: None
    ) -> None:
        fields = {"username": address, "password": PASSWORD, "next": "/account/password/"}
        response = Client().post("/sign-in/", fields)

        assert is_busy(response)
        page = response.content.decode()
        assert f'value="{address}"' in page
        assert 'name="next" value="/account/password/"' in page
        assert PASSWORD not in page

    def test_no_failed_attempt_is_counted(self, bob: User, busy: None) -> None:
        from axes.models import AccessAttempt  # noqa: PLC0415

        for _attempt in range(12):
            assert is_busy(try_password(bob.user_name, PASSWORD))
        assert not AccessAttempt.objects.exists()

    def test_a_change_of_password_changes_nothing(self, bob: User, busy: None) -> None:
        browser = signed_in(bob)
        fields = {"old_password": PASSWORD, "new_password1": "n", "new_password2": "n"}

        assert is_busy(browser.post("/account/password/", fields))
        assert browser.get("/account/").status_code == 200

    def test_an_invitation_is_not_used_up(self, bob: User, busy: None) -> None:
        with tenant_scope(bob.tenant):
            url = make_link(user=bob, purpose=OneTimeLink.Purpose.INVITATION)
        path = url.removeprefix("http://127.0.0.1:8000")
        chosen = {"new_password1": "a brand new phrase", "new_password2": "a brand new phrase"}

        assert is_busy(Client().post(path, chosen))
        with every_tenant():
            assert OneTimeLink.objects.get().used is None

    def test_an_operator_is_not_made(self, platform: Client, busy: None) -> None:
        fields = {"user_name": "new@gatehouse.example", "password": "a brand new phrase"}

        assert is_busy(platform.post("/platform/accounts/user/add/", fields))
        with every_tenant():
            assert not User.objects.filter(user_name="new@gatehouse.example").exists()


@pytest.mark.django_db(transaction=True)
class TestOverHTTP:
    @staticmethod
    def sign_in(base: str) -> httpx2.Response:
        with httpx2.Client(base_url=base) as browser:
            token = browser.get("/sign-in/").cookies["gatehouse_csrf"]
            fields = {"username": "bob@acme.example", "password": PASSWORD}
            return browser.post("/sign-in/", data={**fields, "csrfmiddlewaretoken": token})

    def test_never_more_than_one_hash_at_once_and_the_rest_is_told_to_come_back(
        self,
        live_server: LiveServer,
        settings: Settings,
        bob: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.PASSWORD_HASHERS = ["accounts.secrets.hashers.BoundedArgon2PasswordHasher"]
        settings.PASSWORD_HASH_WAIT_SECONDS = 0.2
        settings.ALLOWED_HOSTS = ["*"]
        with every_tenant():
            bob.set_password(PASSWORD)
            bob.save()
        at_once, most = [0], [0]
        lock = threading.Lock()
        compute = argon2.low_level.hash_secret

        def watched(*args: Any, **kwargs: Any) -> bytes:
            with lock:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            time.sleep(0.1)
            made = compute(*args, **kwargs)
            with lock:
                at_once[0] -= 1
            return made

        monkeypatch.setattr(argon2.low_level, "hash_secret", watched)
        with ThreadPoolExecutor(8) as people:
            answers = list(people.map(self.sign_in, [live_server.url] * 8))

        assert most[0] == 1
        statuses = {answer.status_code for answer in answers}
        assert statuses == {302, 503}
        assert {a.headers["Retry-After"] for a in answers if a.status_code == 503} == {"5"}
