"""What every page must satisfy in a real browser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EXPECTED = "Failed to load resource: the server responded with a status of"


def assert_accessible(page: Page) -> None:
    """Run axe with every WCAG 2.2 A and AA rule and its best practices; none is violated."""
    # To preload style sheets axe adds inline styles, which the Content-Security-Policy refuses.
    options = {"resultTypes": ["violations"], "runOnly": _RULES, "preload": False}
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def assert_fits(page: Page) -> None:
    """Check that nobody has to scroll sideways."""
    wide, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"


def check(page: Page) -> None:
    """Assert both."""
    assert_accessible(page)
    assert_fits(page)


def sign_in(page: Page, address: str) -> None:
    """Sign in with the password that people of the tests have."""
    page.goto("/sign-in/?method=password")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def watch(page: Page) -> list[str]:
    """Return a list that grows with what goes wrong in ``page``.

    The Content-Security-Policy's refusals are among it, for browsers report them as errors of
    the console.  A page that is meant to answer 4xx is no error.
    """
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _EXPECTED not in message.text:
            problems.append(f"{page.url}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    return problems


def focused_name(page: Page) -> str:
    """Return the accessible name, more or less, of the element that has the focus."""
    name: str = page.evaluate(
        "(e => e.getAttribute('aria-label') || e.name || e.textContent.trim())"
        "(document.activeElement)"
    )
    return name


def assert_focused(locator: Locator) -> None:
    """Wait until the element has the focus of its page, whichever window is in front."""
    deadline = time.monotonic() + 30
    while not locator.evaluate("(element) => element === document.activeElement"):
        assert time.monotonic() < deadline, f"{locator} has no focus"
        locator.page.wait_for_timeout(50)


def press_tab_until(page: Page, name: str, *, most: int = 60) -> None:
    """Move the focus with the Tab key to the element called ``name``.

    Raises:
        AssertionError: It was not reached within ``most`` presses.
    """
    passed = []
    for _press in range(most):
        page.keyboard.press("Tab")
        passed.append(focused_name(page))
        if passed[-1] == name:
            return
    raise AssertionError(f"{name!r} is not reached by keyboard; passed: {passed}")
