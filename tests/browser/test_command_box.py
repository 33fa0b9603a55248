"""The command box in Chromium: by keyboard, for axe, narrow and dark; and without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from tests.support.browser import assert_focused, check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

WHO = "Find a person, page or setting"


@pytest.fixture
def omer(acme: Tenant, alice: User) -> User:
    values = UserFields(user_name=f"omer.{'x' * 90}@acme.example", display_name="Ömer Çelik")
    with tenant_scope(acme):
        return create_user(values=values)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (360, "light"), (320, "light")])
def test_somebody_is_found_by_keyboard_alone(
    open_browser: Callable[..., Page], omer: User, width: int, scheme: str
) -> None:
    page = open_browser(width=width, scheme=scheme)
    sign_in(page, "alice@acme.example")
    page.goto("/console/")
    opener = page.locator("a[data-find]")
    opener.focus()

    page.keyboard.press("Control+k")
    field = page.get_by_role("searchbox", name=WHO)
    assert_focused(field)
    page.keyboard.type("omer")
    link = page.get_by_role("dialog").get_by_role("link", name="Ömer Çelik")
    expect(link).to_be_visible()
    expect(page.locator("[data-status]")).to_have_text("1 result")
    check(page)
    page.keyboard.press("Escape")
    assert_focused(opener)

    page.keyboard.press("/")
    assert_focused(field)
    page.keyboard.press("ArrowDown")
    assert_focused(link)
    page.keyboard.press("ArrowUp")
    assert_focused(field)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/user/{omer.pk}/change/")


def test_enter_opens_the_page_of_results(page: Page, omer: User) -> None:
    sign_in(page, "alice@acme.example")
    page.goto("/console/")

    page.keyboard.press("Control+k")
    page.keyboard.type("enforce saml")
    page.keyboard.press("Enter")

    page.wait_for_url("**/console/search/?q=enforce+saml")
    check(page)
    page.get_by_role("link", name="Enforce SAML login").click()
    page.wait_for_url("**/security/saml-scim/#id_enforce_saml")


def test_the_slash_stays_with_a_page_that_has_a_search(page: Page, omer: User) -> None:
    sign_in(page, "alice@acme.example")
    page.goto("/console/accounts/user/")

    page.keyboard.press("/")

    assert_focused(page.get_by_role("searchbox", name="Search people"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_search_needs_no_script(chromium: Browser, live_server: LiveServer, omer: User) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "alice@acme.example")
    page.goto("/console/")

    page.locator("a[data-find]").click()
    page.locator("main").get_by_role("searchbox").fill("çelik")
    page.locator("main").get_by_role("button", name="Search").click()

    expect(page.get_by_role("link", name="Ömer Çelik")).to_be_visible()
    context.close()
