"""What no password may be, wherever one is set."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, OneTimeLink, User
from accounts.signing_in.links import make_link
from accounts.signing_in.password_rules import OwnWordsValidator, RepetitionValidator
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.conftest import PASSWORD, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"
REFUSED = {
    "one character": "aaaaaaaaaaaa",
    "one character and another": "aaaaaaaaaaab",
    "three letters": "abcabcabcabc",
    "two digits": "121212121212",
    "a pattern that is cut": "horsehorsehor",
    "in both letter cases": "HorsehorseHORSE",
    "the address": "{address}",
    "the local part and a year": "{local}{local}2026",
    "a control character": "passphrase\x07with a bell",
    "a joined emoji": "family \U0001f468\u200d\U0001f469\u200d\U0001f467 phrase",
    "too short": "short",
    "too common": "1q2w3e4r5t6y",
}
OF_THE_TENANT = {"the tenant's name": "{company}-{company}-1"}


def attempts(address: str, company: str) -> dict[str, str]:
    names = {"address": address, "local": address.partition("@")[0], "company": company}
    return {
        why: password.format_map(names)
        for why, password in (REFUSED | (OF_THE_TENANT if company else {})).items()
    }


def invited(user: User, password: str, _folder: Path) -> Any:
    with tenant_scope(user.tenant):
        url = make_link(user=user, purpose=OneTimeLink.Purpose.INVITATION)
    return Client().post(
        url.removeprefix(BASE), {"new_password1": password, "new_password2": password}
    )


def changed(user: User, password: str, _folder: Path) -> Any:
    return signed_in(user).post(
        "/account/password/",
        {"old_password": PASSWORD, "new_password1": password, "new_password2": password},
    )


def reset(user: User, password: str, folder: Path) -> Any:
    browser = Client()
    browser.post("/password/forgotten/", {"email": user.user_name})
    newest = max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns).read_text()
    found = re.search(rf"{BASE}(/password/new/\S+)", newest)
    assert found
    form = browser.get(found[1])["Location"]
    return browser.post(form, {"new_password1": password, "new_password2": password})


def is_refused(*words: str) -> bool:
    try:
        call_command(*words, "--json", stdout=io.StringIO())
    except CommandError:
        return True
    return False


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def password_of(user: User) -> str:
    with every_tenant():
        return User.objects.get(pk=user.pk).password


@pytest.mark.parametrize("page", [invited, changed, reset])
class TestPages:
    def test_every_bad_password_is_refused_and_the_form_says_why(
        self, page: Callable[..., Any], bob: User, folder: Path
    ) -> None:
        before = password_of(bob)
        for why, password in attempts("bob@acme.example", "Acme").items():
            with every_tenant():  # Or the fourth mail within the hour would not be sent.
                AuditEntry.objects.filter(action="password_reset.asked").delete()
            response = page(bob, password, folder)

            assert response.status_code == 200, why
            assert 'class="errorlist' in response.content.decode(), why
            assert password_of(bob) == before, why

    def test_a_good_one_that_holds_a_word_of_the_person_is_accepted(
        self, page: Callable[..., Any], bob: User, folder: Path
    ) -> None:
        before = password_of(bob)

        assert page(bob, "bob walks slowly at Acme", folder).status_code == 302
        assert password_of(bob) != before


class TestOperators:
    def test_the_page_refuses_every_bad_password(self, platform: Client) -> None:
        for why, password in attempts("nina@gatehouse.example", "").items():
            fields = {"user_name": "nina@gatehouse.example", "password": password}
            response = platform.post("/platform/accounts/user/add/", fields)
            assert response.status_code == 200, why
        with every_tenant():
            assert not User.objects.filter(user_name="nina@gatehouse.example").exists()

    def test_the_commands_refuse_every_bad_password(self) -> None:
        for why, password in attempts("nina@gatehouse.example", "").items():
            assert is_refused(
                "create_operator", "nina@gatehouse.example", f"--password={password}"
            ), why
        for why, password in attempts("nina@new.example", "Newcomers").items():
            words = ("create_tenant", "new", "--name=Newcomers", "--admin-email=nina@new.example")
            assert is_refused(*words, f"--admin-password={password}"), why
        with every_tenant():
            assert not User.objects.filter(user_name__startswith="nina@").exists()


def test_the_rules_are_shown_where_a_password_is_chosen(bob: User) -> None:
    page = signed_in(bob).get("/account/password/").content.decode()

    least = next(
        rule.min_length
        for rule in get_default_password_validators()
        if isinstance(rule, MinimumLengthValidator)
    )

    for rule in (
        f"At least {least} characters",
        *("any language", "no common password", "nothing but digits"),
        *("nothing of your name, address or company", "no repetition"),
    ):
        assert rule in page


@pytest.mark.parametrize(
    "password", ["correct horse battery", "mississippi 1899", "ababab but longer than that"]
)
def test_what_repeats_by_chance_is_no_pattern(password: str) -> None:
    RepetitionValidator().validate(password)


def test_without_a_person_there_are_no_words_of_theirs() -> None:
    OwnWordsValidator().validate("anything")


def test_names_count_as_well(bob: User) -> None:
    bob.given_name, bob.family_name = "Bartholomew", "Featherstone"
    with pytest.raises(ValidationError):
        OwnWordsValidator().validate("BartholomewFeatherstone1", bob)
