"""The user list and the licences of a person, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat, Subscription
from tests.conftest import crowd
from tests.support.browser import (
    assert_accessible,
    assert_fits,
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
PAGES = [
    "/console/",
    "/console/accounts/user/",
    "/console/accounts/user/add/",
    "/console/licenses/subscription/",
    "/console/licenses/seat/",
    "/console/licenses/csv/",
    "/console/accounts/auditentry/",
    "/console/accounts/emaildomain/",
]


def holds_a_licence(tenant: Tenant, user: User) -> bool:
    with tenant_scope(tenant):
        return Seat.objects.filter(user=user, released=None).exists()


def test_a_rows_menu_stays_open_while_the_list_is_still_scrolling(
    open_browser: Callable[..., Page], alice: User, bob: User
) -> None:
    page = open_browser(width=360)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")

    page.get_by_role("button", name="Actions for bob@acme.example").click()
    page.evaluate("window.scrollBy(0, 20)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    expect(page.get_by_role("link", name="Edit user settings")).to_be_visible()


def test_an_admin_gives_a_licence_from_the_menu_of_a_row(
    page: Page, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    sign_in(page, alice.user_name)
    page.goto("/console/")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="User list").click()

    page.get_by_role("button", name="Actions for bob@acme.example").click()
    page.get_by_role("link", name="Edit user settings").click()
    page.wait_for_url("**/change/")
    assert_accessible(page)
    page.get_by_label("CRM: 0 of 2 seats used").check()
    page.get_by_role("button", name="Save user details").click()

    expect(page.get_by_role("row", name="bob@acme.example")).to_contain_text("CRM")
    assert holds_a_licence(acme, bob)


def test_the_same_by_keyboard_only(
    page: Page, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")

    press_tab_until(page, "Actions for bob@acme.example")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused_name(page) == "Edit user settings"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_label("Display name").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "licenses":
            break
    page.keyboard.press("Space")
    press_tab_until(page, "_save")  # The name of the button *Save user details*.
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert holds_a_licence(acme, bob)


def test_deactivation_asks_first(page: Page, acme: Tenant, alice: User, bob: User) -> None:
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    page.get_by_role("button", name="Actions for bob@acme.example").click()

    page.get_by_role("button", name="Deactivate", exact=True).click()
    dialog = page.get_by_role("dialog", name="Deactivate bob@acme.example?")
    assert_accessible(page)
    dialog.get_by_role("button", name="Deactivate").click()

    expect(page.get_by_role("row", name="bob@acme.example")).to_contain_text("Inactive")


@pytest.mark.parametrize("look", LOOKS)
def test_the_bar_of_picked_rows_counts_and_has_three_actions_and_a_menu_of_the_others(
    open_browser: Callable[..., Page], alice: User, bob: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    bar = page.locator(".gh-picked")
    expect(bar).to_be_hidden()

    page.get_by_role("row", name="bob@acme.example").get_by_role("checkbox").check()
    expect(bar).to_contain_text("1 of 2 picked")
    offered = bar.locator("button[name=action]")
    assert [each.is_visible() for each in offered.all()] == [True] * 3 + [False] * 6
    bar.get_by_role("button", name="More").click()
    assert all(each.is_visible() for each in offered.all())
    assert_accessible(page)
    assert_fits(page)
    bar.get_by_role("button", name="Delete…").click()

    expect(page.get_by_role("heading", name="Delete 1 of this list?")).to_be_visible()


def test_who_picks_all_of_a_filtered_list_is_told_how_many_until_one_is_left_out(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    crowd(acme, 120)
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/?status=active&q=crowd")
    bar = page.locator(".gh-picked")
    rows = page.locator("input.action-select")
    rows.first.check()

    bar.get_by_label("Pick all 120").check()
    expect(bar).to_contain_text("120 of 120 picked")
    assert all(row.is_checked() for row in rows.all())

    rows.first.uncheck()
    expect(bar).to_contain_text(f"{rows.count() - 1} of 120 picked")
    expect(bar.get_by_label("Pick all 120")).not_to_be_checked()


@pytest.mark.parametrize("look", LOOKS)
def test_console_pages_are_accessible_and_fit(
    open_browser: Callable[..., Page],
    alice: User,
    bob: User,
    crm: Subscription,
    look: dict[str, Any],
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    for path in [*PAGES, f"/console/accounts/user/{bob.pk}/change/"]:
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)


def test_platform_pages_are_accessible_and_fit(
    open_browser: Callable[..., Page], olga: User, acme: Tenant, crm: Subscription
) -> None:
    page = open_browser(width=360)
    sign_in(page, olga.user_name)

    for path in (
        "/platform/",
        "/platform/accounts/tenant/",
        "/platform/accounts/tenant/add/",
        "/platform/licenses/subscription/",
        "/platform/licenses/subscription/add/",
        "/platform/accounts/auditentry/",
    ):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page)
