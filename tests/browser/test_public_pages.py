"""The public pages in Chromium: by keyboard, for axe, in both colour schemes, at 360 px."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import OneTimeLink
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import PASSWORD
from tests.support.browser import (
    check,
    focused_name,
    press_tab_until,
    sign_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    pytest.param({"width": 360, "scheme": "light"}, id="360px-light"),
    pytest.param({"width": 1440, "scheme": "dark"}, id="1440px-dark"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_for_strangers_are_accessible_and_fit(
    open_browser: Callable[..., Page], bob: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)

    for path in (
        "/sign-in/",
        "/sign-in/company/",
        "/sign-in/recovery/",
        "/password/forgotten/",
        "/password/forgotten/sent/",
        "/password/new/made/up/",
        "/nowhere/",
    ):
        page.goto(path)
        check(page)
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill("bob@acme.example")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The address or the password is not right")
    check(page)


@pytest.mark.parametrize("look", LOOKS)
def test_a_persons_pages_are_accessible_and_fit(
    open_browser: Callable[..., Page], alice: User, look: dict[str, Any]
) -> None:
    sign_in(open_browser(), "alice@acme.example")
    page = open_browser(**look)
    sign_in(page, "alice@acme.example")

    check(page)
    for path in ("/account/password/", "/account/recovery-codes/"):
        page.goto(path)
        check(page)
    page.get_by_role("button", name="Make 10 new codes").click()
    expect(page.locator("#codes li")).to_have_count(10)
    check(page)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_links_are_accessible_and_fit(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    with tenant_scope(acme):
        links = [make_link(user=alice, purpose=purpose) for purpose in OneTimeLink.Purpose]

    for link in [*links, "/link/made-up/"]:
        page.goto(link.partition("/link/")[1] + link.partition("/link/")[2])
        check(page)


def test_signing_in_and_out_needs_the_keyboard_only(page: Page, bob: User) -> None:
    page.goto("/sign-in/")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("bob@acme.example")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()

    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/")
    press_tab_until(page, "Sign out")
    page.keyboard.press("Enter")

    page.wait_for_url("**/sign-in/")
    expect(page.get_by_role("status").first).to_contain_text("You are signed out.")


def test_the_first_tab_skips_to_the_content(page: Page, bob: User) -> None:
    sign_in(page, "bob@acme.example")
    page.keyboard.press("Tab")
    assert focused_name(page) == "Skip to the content"

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_ending_all_other_sessions_asks_first(open_browser: Callable[..., Page], bob: User) -> None:
    elsewhere, here = open_browser(), open_browser()
    sign_in(elsewhere, "bob@acme.example")
    sign_in(here, "bob@acme.example")
    asking = here.get_by_role("button", name="Sign out everywhere else")

    asking.click()
    dialog = here.get_by_role("dialog", name="End all other sessions?")
    check(here)
    here.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(asking).to_be_focused()

    asking.click()
    dialog.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_role("status").first).to_contain_text("1 other session has ended.")
    elsewhere.goto("/account/")
    assert "/sign-in/" in elsewhere.url


@pytest.mark.parametrize("look", LOOKS)
def test_whoever_forgot_the_password_chooses_a_new_one(
    open_browser: Callable[..., Page], bob: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(bob.email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.get_by_label("E-mail address").fill(bob.email)
    page.get_by_role("button", name="Send the mail").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    found = re.search(r"/password/new/\S+", str(mail.outbox[-1].body))
    assert found
    page.goto(found.group())
    check(page)
    page.get_by_label("New password", exact=True).fill("a new and long password")
    page.get_by_label("New password confirmation").fill("a new and long password")
    page.get_by_role("button", name="Change password").click()

    expect(page.get_by_role("status").first).to_contain_text("Your password is changed")
    assert page.url.endswith("/sign-in/")


def test_recovery_codes_can_be_copied_and_downloaded(page: Page, alice: User) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "alice@acme.example")
    page.goto("/account/recovery-codes/")
    page.get_by_role("button", name="Make 10 new codes").click()
    expect(page.locator("#codes li")).to_have_count(10)
    codes = page.locator("#codes li").all_inner_texts()

    page.get_by_role("button", name="Copy codes").click()
    expect(page.locator("#gh-announcer")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").split() == codes

    with page.expect_download() as download:
        page.get_by_role("button", name="Download codes").click()
    assert download.value.suggested_filename == "gatehouse-recovery-codes.txt"
    assert download.value.path().read_text().split() == codes


def test_an_invitation_ends_on_the_account_page(page: Page, acme: Tenant, bob: User) -> None:
    with tenant_scope(acme):
        link = make_link(user=bob, purpose=OneTimeLink.Purpose.INVITATION)

    page.goto(link)
    page.get_by_label("New password", exact=True).fill("a brand new passphrase")
    page.get_by_label("New password confirmation").fill("a brand new passphrase")
    page.get_by_role("button", name="Set password and sign in").click()

    page.wait_for_url("**/account/")
    expect(page.get_by_role("status").first).to_contain_text("Your password is set.")
