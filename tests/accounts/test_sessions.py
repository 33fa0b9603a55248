"""Sessions: what the database holds of them, and what becomes of those of an earlier release."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from accounts.signing_in.sessions import Serializer, SessionStore
from tests.conftest import is_signed_in, signed_in

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


def cookie_of(browser: Client) -> str:
    return browser.cookies[django_settings.SESSION_COOKIE_NAME].value


def as_an_earlier_release_wrote_it(user: User, key: str) -> None:
    """Write a session as it was: under its secret, its data signed and not encrypted."""
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "accounts.backends.SignInBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "kept": "from before",
    }

    Session.objects.create(
        session_key=key,
        session_data=signing.dumps(
            data, salt="django.contrib.sessions.SessionStore", serializer=Serializer
        ),
        expire_date=timezone.now() + timedelta(hours=1),
        user=user,
        method="password",
    )


def browser_with(key: str) -> Client:
    browser = Client()
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = key
    return browser


def test_the_row_holds_the_digest_of_the_cookie(bob: User) -> None:
    browser = signed_in(bob)

    row = Session.objects.get()
    assert row.session_key == hashlib.sha256(cookie_of(browser).encode()).hexdigest()


def test_what_stands_in_the_database_signs_nobody_in(bob: User) -> None:
    signed_in(bob)

    assert not is_signed_in(browser_with(Session.objects.get().session_key))


def test_the_data_cannot_be_read_with_the_secret_key_alone(bob: User) -> None:
    browser = signed_in(bob)
    session = browser.session
    session["waiting"] = "readable"
    session.save()

    row = Session.objects.get()
    assert SessionStore(row.session_key).decode(row.session_data) == {}
    assert SessionStore(cookie_of(browser)).decode(row.session_data)["waiting"] == "readable"


def test_data_of_another_session_is_not_taken_over(alice: User, bob: User) -> None:
    alices, bobs = signed_in(alice), signed_in(bob)
    row = Session.objects.get(user=bob)
    row.session_data = Session.objects.get(user=alice).session_data
    row.save()

    assert is_signed_in(alices)
    assert not is_signed_in(bobs)


@pytest.mark.parametrize("damaged", ["", "AAAA", "no base64 !", "a:b:c", "é"])
def test_damaged_data_is_a_session_that_is_over(bob: User, damaged: str) -> None:
    browser = signed_in(bob)
    Session.objects.update(session_data=damaged)

    assert not is_signed_in(browser)


def test_a_new_secret_key_signs_nobody_out(bob: User, settings: Settings) -> None:
    browser = signed_in(bob)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of at least fifty characters, as it should be"

    assert is_signed_in(browser)


class TestUpgrade:
    @pytest.fixture
    def browser(self, bob: User) -> Client:
        """A browser that was signed in before, after the migration."""
        as_an_earlier_release_wrote_it(bob, "k" * 40)
        migration = import_module("accounts.migrations.0013_sessions_by_digest")
        with connection.cursor() as cursor:
            cursor.execute(migration.FORWARDS)
        return browser_with("k" * 40)

    def test_nobody_is_signed_out(self, browser: Client) -> None:
        assert is_signed_in(browser)
        assert browser.session["kept"] == "from before"

    def test_the_next_save_encrypts(self, browser: Client) -> None:
        session = browser.session
        session["more"] = 1
        session.save()

        assert ":" not in Session.objects.get().session_data
        assert is_signed_in(browser)
        assert browser.session["kept"] == "from before"

    def test_the_person_sees_it_as_this_session_and_can_end_it(self, browser: Client) -> None:
        browser.post("/account/sessions/end-others/")
        assert is_signed_in(browser)

        browser.post("/sign-out/")
        assert not Session.objects.filter(user__isnull=False).exists()


def test_saving_again_keeps_when_the_session_began(bob: User) -> None:
    browser = signed_in(bob)
    began = timezone.now() - timedelta(hours=3)
    Session.objects.update(created=began)
    session = browser.session
    session["more"] = 1
    session.save()

    assert Session.objects.get().created == began


def test_a_request_does_not_bring_an_ended_session_back(bob: User) -> None:
    browser = signed_in(bob)
    session = browser.session
    session["more"] = 1
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()
