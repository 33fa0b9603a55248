"""A field that an identity provider fills, in Chromium: read, opened, changed and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from tests.browser.test_user_list import LOOKS
from tests.support.browser import (
    assert_accessible,
    assert_fits,
    assert_focused,
    press_tab_until,
    sign_in,
)
from tests.support.scim import SCIMClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", LOOKS)
def test_a_locked_field_says_why_and_is_changed_by_keyboard_all_the_same(
    open_browser: Callable[..., Page],
    alice: User,
    bob: User,
    okta: SCIMClient,
    look: dict[str, Any],
) -> None:
    push = {"Operations": [{"op": "replace", "path": "title", "value": "Head"}]}
    okta.request("PATCH", f"/Users/{bob.pk}", push, expect=200)
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto(f"/console/accounts/user/{bob.pk}/change/")
    row = page.locator(".field-display_name")
    expect(row).to_contain_text("Okta manages this field.")
    expect(row.get_by_role("textbox")).to_have_count(0)
    assert_accessible(page)
    assert_fits(page)
    press_tab_until(page, "Change anyway until the next push: Display name", most=90)
    page.keyboard.press("Enter")

    page.wait_for_url("**/?unlock=display_name*")
    box = row.get_by_role("textbox")
    assert_focused(box)
    expect(row).to_contain_text("Okta manages this field: the next push overwrites it.")
    expect(page.locator(".field-email")).to_contain_text("Okta manages this field.")
    assert_accessible(page)
    assert_fits(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("Robert")
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: "/change/" not in url)
    expect(page.locator("#result_list")).to_contain_text("Robert")
    with tenant_scope(bob.tenant):
        stored = User.objects.get(pk=bob.pk)
    assert (stored.display_name, stored.given_name) == ("Robert", "Bob")
