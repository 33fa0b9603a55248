"""Every form that something is entered into survives that the session ends before it is sent.

Forms are read from the pages of both sites, so that a new one is tried unasked.
"""

from __future__ import annotations

import importlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import resolve, reverse

from accounts.models import SavedView, Session
from accounts.posted_forms import kept_forms
from accounts.posted_forms.kept_forms import LOOK_AGAIN, is_secret
from accounts.posted_forms.shown import shows_fields
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.architecture.specimens import tenant_models
from tests.architecture.test_every_posting_form import Keys, keys, urls
from tests.conftest import PASSWORD, signed_in
from tests.saml_sso.conftest import idp
from tests.support.html_forms import read_forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant, User

lxml_html: Any = importlib.import_module("lxml.html")
__all__ = ["idp", "keys"]  # Fixtures.
TYPED = "typed before the session ended"
NOTHING_TO_ENTER = ("_history", "_delete", "_changelist", "autocomplete", "jsi18n")
_TEXTS = {"text", "email", "search", "url"}


def entered(element: Any) -> dict[str, list[str]]:
    """Return what the form sends when something was typed into each of its texts."""
    sent: dict[str, list[str]] = {}
    for name, value in element.form_values():
        sent.setdefault(name, []).append(value or "")
    for each in element.xpath(".//input[@name and not(@disabled)] | .//textarea[@name]"):
        if "__prefix__" in each.get("name"):
            sent.pop(each.get("name"), None)  # What a script copies for a further row.
        elif each.tag == "textarea" or each.get("type", "text") in _TEXTS:
            sent[each.get("name")] = [f"{TYPED} {each.get('name')[-30:]}"]
    return sent


def kept_kind(element: Any, sent: dict[str, list[str]]) -> bool:
    buttons = set(element.xpath(".//*[@type='submit']/@name"))
    return "_save" in buttons or shows_fields("".join(sent.get("version", [])))


def forms_of(browser: Client, url: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield where each form of the page is sent into which something is entered, and what."""
    answer = browser.get(url)
    if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
        return
    for form in lxml_html.fromstring(answer.content.decode()).forms:
        sent = entered(form)
        if form.get("method", "get").lower() != "post":
            continue
        if kept_kind(form, sent):
            yield form.get("action") or url, sent | {"_save": ["1"]}
            continue
        typed = {name for name, values in sent.items() if values[0].startswith(TYPED)}
        assert all(map(is_secret, typed)), (url, typed, "nothing keeps what is entered here")


def contents() -> list[str]:
    """Return every row of every table of ours, as it is stored, sessions and trail aside."""
    with every_tenant():
        return [
            json.dumps(row, default=str)
            for model in tenant_models()
            if model._meta.model_name not in {"auditentry", "onetimelink"}
            for row in model._default_manager.order_by("pk").values()
        ]


def signs_in_again(browser: Client, user: User, url: str) -> Any:
    """Sign in with the password, as somebody who was sent to the sign-in page."""
    page = {"username": user.user_name, "password": PASSWORD, "next": url}
    return browser.post(reverse("sign-in"), page, follow=True)


def every_form(
    keys: Keys,
    browsers: list[Client],
) -> Iterator[tuple[Client, str, dict[str, list[str]]]]:
    """Yield a browser, an address and what is entered there: one form of each kind."""
    seen: set[tuple[str, int]] = set()
    for url in urls(keys):
        kind = resolve(urlsplit(url).path).view_name
        if kind.endswith(NOTHING_TO_ENTER):
            continue
        for number, browser in enumerate(browsers):
            if (kind, number) in seen:
                continue
            found = list(forms_of(browser, url))
            if found:
                seen.add((kind, number))
            for action, sent in found:
                yield browser, action, sent
    list_of_people = reverse("console:accounts_user_changelist")
    for action, sent in forms_of(browsers[0], f"{list_of_people}?status=active&save="):
        yield browsers[0], action, sent


@pytest.fixture
def browsers(acme: Tenant, alice: User, olga: User) -> list[Client]:
    with tenant_scope(acme):
        SavedView.objects.create(owner=alice, name="Gone", query="status=inactive")
    return [signed_in(alice), signed_in(olga)]


def still_there(page: str, sent: dict[str, list[str]]) -> set[str]:
    """Return what was typed that no form of the page holds."""
    forms = read_forms(page)
    typed = {name: values[0] for name, values in sent.items() if values[0].startswith(TYPED)}
    held = {value for form in forms for value in form.fields.values()}
    return {name for name, value in typed.items() if value not in held}


def check_shown_again(browser: Client, url: str, sent: dict[str, list[str]]) -> None:
    """Send the form with errors, from an old tab and with each button; all that was typed stays."""
    page = lxml_html.fromstring(browser.get(url).content or "<p>")
    pressed = {
        (button.get("name"), button.get("value") or "1")
        for button in page.xpath("//button[@name='add-row'] | //button[@name='preview']")
    }
    for name, value in {("_save", "1"), *pressed}:
        stale = {"version": "of nobody", name: value}
        for how in ({name: value}, stale, {LOOK_AGAIN: "1", name: value}):
            answer = browser.post(url, {**sent, **how}, follow=LOOK_AGAIN in how)
            if answer.status_code == HTTPStatus.OK:
                assert still_there(answer.content.decode(), sent) == set(), (url, how)
            else:
                assert LOOK_AGAIN not in how, (url, how)


def check_kept(browser: Client, user: User, url: str, sent: dict[str, list[str]]) -> None:
    """Send the form when the session is over, sign in and get it back; nothing is saved."""
    Session.objects.filter(user=user).delete()
    asked = browser.post(url, sent)
    assert asked.status_code == HTTPStatus.FOUND, url
    assert urlsplit(asked.headers["Location"]).path == reverse("sign-in"), url
    before = contents()

    offered = signs_in_again(browser, user, url)
    forms = read_forms(offered.content.decode())
    form = next(form for form in forms if LOOK_AGAIN in form.fields)
    assert not [name for name in form.fields if is_secret(name) and "csrf" not in name], url
    assert form.fields.get("version") == ("".join(sent.get("version", [])) or None), url
    back = browser.post(form.action, form.fields, follow=True)

    assert back.status_code == HTTPStatus.OK, (url, back.headers)
    assert still_there(back.content.decode(), sent) == set(), url
    rest = [row for row in before if user.user_name not in row]  # Who has just signed in.
    assert set(rest) <= set(contents()), url


@pytest.fixture
def _many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one account have every form of the product kept within an hour."""
    monkeypatch.setattr(kept_forms, "MOST_IN_AN_HOUR", 1_000)


@pytest.mark.thorough
@pytest.mark.usefixtures("_many_are_kept")
def test_every_form_keeps_what_was_typed_when_it_is_shown_again_or_the_session_ends(
    keys: Keys, browsers: list[Client], alice: User, olga: User
) -> None:
    person_of = dict(zip(map(id, browsers), (alice, olga), strict=True))
    tried = list(every_form(keys, browsers))

    for browser, url, sent in tried:
        check_kept(browser, person_of[id(browser)], url, sent)
        fresh = dict(forms_of(browser, url)).get(url)  # None where the page is elsewhere.
        check_shown_again(browser, url, fresh or sent)
    assert len(tried) > 12, tried
    assert any("mapping" in url for _browser, url, _sent in tried), tried


def check_given_back(browser: Client, user: User, url: str, sent: dict[str, list[str]]) -> None:
    """Sign in anew in another tab, send the form of the first one and get it back."""
    Session.objects.filter(user=user).delete()
    signs_in_again(browser, user, "/account/")
    before = contents()
    browser.handler.enforce_csrf_checks = True
    foreign = browser.post(url, sent, headers={"Origin": "https://evil.example"})
    asked = browser.post(url, sent, headers={"Origin": settings.BASE_URL})
    browser.handler.enforce_csrf_checks = False

    assert LOOK_AGAIN not in foreign.content.decode(), url
    assert asked.status_code == HTTPStatus.FORBIDDEN, url
    assert contents() == before, url
    form = next(form for form in read_forms(asked.content.decode()) if LOOK_AGAIN in form.fields)
    assert not [name for name in form.fields if is_secret(name) and "csrf" not in name], url
    browser.handler.enforce_csrf_checks = True
    back = browser.post(
        form.action, form.fields, headers={"Origin": settings.BASE_URL}, follow=True
    )
    browser.handler.enforce_csrf_checks = False
    assert back.status_code == HTTPStatus.OK, (url, back.headers)
    assert still_there(back.content.decode(), sent) == set(), url


@pytest.mark.thorough
@pytest.mark.usefixtures("_many_are_kept")
def test_every_form_survives_a_sign_in_in_another_tab(
    keys: Keys, browsers: list[Client], alice: User, olga: User
) -> None:
    person_of = dict(zip(map(id, browsers), (alice, olga), strict=True))
    tried = list(every_form(keys, browsers))

    for browser, url, sent in tried:
        check_given_back(browser, person_of[id(browser)], url, sent)
    assert len(tried) > 12, tried


def test_so_many_forms_are_kept_in_an_hour_and_no_more(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_forms, "MOST_IN_AN_HOUR", 2)
    url = reverse("console:accounts_accessprofile_add")
    kept = []
    for _number in range(3):
        browser = signed_in(alice)
        browser.get(url)
        Session.objects.filter(user=alice).delete()
        browser.post(url, {"name": "West", "_save": "1"})
        kept.append(kept_forms.COOKIE in browser.cookies)

    assert kept == [True, True, False]


def test_a_form_that_comes_back_is_not_said_to_be_wrong(
    acme: Tenant, console: Client, bob: User
) -> None:
    url = reverse("console:accounts_user_change", args=[bob.pk])
    page = console.get(url).content.decode()
    sent = next(form for form in read_forms(page) if "version" in form.fields).fields

    back = console.post(url, {**sent, LOOK_AGAIN: "1"}).content.decode()
    wrong = console.post(url, {**sent, LOOK_AGAIN: "1", "user_name": ""}).content.decode()

    assert "you were signed out while this form was open" in back
    assert "Correct what is marked." not in back
    assert "Correct what is marked." in wrong


def test_a_sign_in_that_is_sent_twice_leads_to_where_the_first_one_led(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    form = read_forms(browser.get(reverse("sign-in"), {"method": "password"}).content.decode())[0]
    page = form.fields | {"username": alice.user_name, "password": PASSWORD, "next": "/console/"}
    ways = [browser.post(reverse("sign-in"), page) for _click in range(2)]

    assert [way.status_code for way in ways] == [HTTPStatus.FOUND] * 2
    assert {way.headers["Location"] for way in ways} == {"/console/"}
    assert Session.objects.filter(user=alice).count() == 1


@pytest.mark.thorough
def test_no_password_field_of_a_page_is_called_so_that_it_would_be_kept(
    keys: Keys,
    alice: User,
    olga: User,
) -> None:
    names: set[str] = set()
    for user in (alice, olga):
        browser = signed_in(user)
        for url in urls(keys):
            answer = browser.get(url)
            if "html" in answer.headers.get("Content-Type", "") and answer.content:
                page = lxml_html.fromstring(answer.content.decode())
                names |= set(page.xpath("//input[@type='password']/@name"))

    assert names
    assert [name for name in names if not is_secret(name)] == []


@pytest.fixture
def lost(acme: Tenant, alice: User) -> tuple[Client, str]:
    """A browser whose session has ended when Alice had entered a new person, and the page."""
    browser = signed_in(alice)
    url = reverse("console:accounts_user_add")
    browser.get(url)
    Session.objects.filter(user=alice).delete()
    browser.post(url, {"user_name": "zoe@acme.example", "password": "s3cret", "_save": "1"})
    return browser, url


def test_nobody_else_is_given_what_was_entered(
    lost: tuple[Client, str], grace: User, alice: User
) -> None:
    browser, url = lost

    assert "zoe@acme.example" not in signs_in_again(browser, grace, url).content.decode()
    Session.objects.filter(user=grace).delete()
    page = signs_in_again(browser, alice, url).content.decode()
    assert "zoe@acme.example" in page
    assert "s3cret" not in page
    assert "zoe@acme.example" not in browser.get(url).content.decode()


def test_nothing_is_kept_in_a_browser_where_nobody_was_signed_in(client: Client, db: None) -> None:
    client.post(reverse("console:accounts_user_add"), {"user_name": "zoe", "_save": "1"})

    assert "gatehouse_kept_form" not in client.cookies
    assert not Session.objects.exists()


def test_signing_out_forgets_what_was_kept(lost: tuple[Client, str], alice: User) -> None:
    browser, url = lost
    signs_in_again(browser, alice, "/account/")
    browser.post(reverse("sign-out"))

    assert "zoe@acme.example" not in signs_in_again(browser, alice, url).content.decode()


def test_a_form_that_is_too_long_or_from_another_site_is_not_kept(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(alice, backend="accounts.backends.SignInBackend")
    url = reverse("console:accounts_user_add")
    token = browser.get(url).context["csrf_token"]
    Session.objects.filter(user=alice).delete()

    browser.post(url, {"user_name": "zoe", "_save": "1"})
    long = {"user_name": "z" * 300_001, "_save": "1", "csrfmiddlewaretoken": str(token)}
    browser.post(url, long)
    assert "gatehouse_kept_form" not in browser.cookies
    browser.post(url, {**long, "user_name": "zoe"})
    assert "gatehouse_kept_form" in browser.cookies
