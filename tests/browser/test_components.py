"""The page that shows the parts of every page: each part in all states, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import check, press_tab_until, sign_in
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/console/components/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1440])
def test_every_part_is_accessible_and_fits(
    open_browser: Callable[..., Page], alice: User, width: int, scheme: str
) -> None:
    page = open_browser(width=width, scheme=scheme)
    sign_in(page, alice.user_name)

    page.goto(URL)

    check(page)
    assert faults_of(page) == []


def test_both_themes_are_seen_whatever_the_system_says(page: Page, alice: User) -> None:
    sign_in(page, alice.user_name)
    page.goto(URL)

    grounds = {
        page.locator(f"#{theme}").evaluate("e => getComputedStyle(e).backgroundColor")
        for theme in ("light", "dark")
    }

    assert len(grounds) == 2


def test_every_part_is_mirrored_from_right_to_left(page: Page, alice: User) -> None:
    page.set_viewport_size({"width": 360, "height": 900})
    sign_in(page, alice.user_name)
    page.goto(URL)

    page.evaluate("document.documentElement.dir = 'rtl'")

    check(page)


def test_the_list_of_pages_opens_over_a_narrow_page_and_gives_the_focus_back(
    open_browser: Callable[..., Page], alice: User
) -> None:
    page = open_browser(width=360)
    sign_in(page, alice.user_name)
    page.goto(URL)
    pages = page.get_by_role("navigation", name="Pages", exact=True)
    assert not pages.is_visible()

    press_tab_until(page, "Pages")
    page.keyboard.press("Enter")
    assert pages.is_visible()
    check(page)
    page.keyboard.press("Escape")

    assert not pages.is_visible()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Pages"
