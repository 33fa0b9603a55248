"""The keys of lists, in Chromium: on every list of both sites, and switched off in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from playwright.sync_api import expect

from accounts.models import DirectoryGroup
from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site
from tests.support.browser import assert_accessible, assert_fits, assert_focused, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User
    from licenses.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)

USERS = "/console/accounts/user/"


def lists_of(site: admin.AdminSite) -> list[str]:
    found = (model_admin.opts for model_admin in site._registry.values())
    return sorted(f"/{site.name}/{opts.app_label}/{opts.model_name}/" for opts in found)


def test_arrows_move_from_row_to_row_and_enter_opens(page: Page, alice: User, bob: User) -> None:
    sign_in(page, alice.user_name)
    page.goto(USERS)
    links = page.locator("#result_list tbody th a")

    for key, row in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        assert_focused(links.nth(row))
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.url.split("?")[0].endswith(f"{USERS}{bob.pk}/change/")


def test_x_picks_the_row_one_is_at_and_a_question_mark_shows_the_keys(
    page: Page, alice: User, bob: User
) -> None:
    sign_in(page, alice.user_name)
    page.goto(USERS)

    page.keyboard.press("x")  # At no row.
    expect(page.locator(".gh-picked")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator(".gh-picked")).to_contain_text("1 of 2 picked")
    page.keyboard.press("x")
    expect(page.locator(".gh-picked")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_text("Move from row to row")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Move from row to row")).to_be_hidden()


def test_whoever_types_is_not_interrupted(page: Page, alice: User, bob: User) -> None:
    sign_in(page, alice.user_name)
    page.goto(USERS)
    field = page.get_by_role("searchbox", name="Search people")
    field.focus()

    page.keyboard.type("x?/bob")
    page.keyboard.press("ArrowDown")

    expect(field).to_have_value("x?/bob")
    assert_focused(field)


@pytest.mark.parametrize("width", [360, 1440])
def test_letters_are_switched_off_in_the_account_and_arrows_stay(
    open_browser: Callable[..., Page], alice: User, bob: User, width: int
) -> None:
    page = open_browser(width=width)
    sign_in(page, alice.user_name)
    page.goto("/account/")
    page.get_by_label("Single letters are keys").uncheck()
    assert_accessible(page)
    assert_fits(page)

    page.goto(USERS)
    for key in ("ArrowDown", "x", "?", "/"):
        page.keyboard.press(key)
    expect(page.locator(".gh-picked")).to_be_hidden()
    expect(page.get_by_role("button", name="Keys")).to_be_hidden()
    assert_focused(page.locator("#result_list tbody th a").first)
    page.goto("/account/")
    expect(page.get_by_label("Single letters are keys")).not_to_be_checked()
    page.get_by_label("Single letters are keys").check()
    page.goto(USERS)
    expect(page.get_by_role("button", name="Keys")).to_be_visible()


def test_a_member_who_sees_no_list_has_no_keys_to_switch_off(page: Page, bob: User) -> None:
    sign_in(page, bob.user_name)

    page.goto("/account/")

    expect(page.get_by_label("Single letters are keys")).to_have_count(0)


def test_every_list_with_rows_is_walked_by_arrows(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, olga: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        DirectoryGroup.objects.create(tenant=acme, display_name="Sales")
    walked = set()
    for site, user in ((admin.site, alice), (platform_site, olga)):
        page = open_browser()
        sign_in(page, user.user_name)
        for path in lists_of(site):
            page.goto(path)
            if page.locator("#result_list tbody tr").count():
                page.keyboard.press("ArrowDown")
                row = page.locator("#result_list tbody tr").first
                assert row.evaluate("row => row.contains(document.activeElement)"), path
                walked.add(path)

    assert len(walked) > 6, walked
