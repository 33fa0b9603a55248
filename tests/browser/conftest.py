"""Chromium, driven by Playwright, against a real server on the loopback interface."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.browser import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

PATIENCE_MS = 30_000
"""How long a page may take for anything: a busy machine is slow, not wrong."""
HERE = Path(__file__).parent
expect.set_options(timeout=PATIENCE_MS)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, unless it is slow of another kind."""
    for item in items:
        is_marked = any(item.get_closest_marker(name) for name in ("slow", "thorough"))
        if item.path.is_relative_to(HERE) and not is_marked:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium: this machine's, or Playwright's own.

    It lives as long as one module's tests, because Playwright keeps an event loop running in
    this thread; Django is told not to mind the loop.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            # None is Playwright's own, if it was installed.
            path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_browser(
    chromium: Browser, live_server: LiveServer, settings: Settings
) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser: ``open_browser(width=360, scheme="dark")`` returns its page.

    Nothing moves, unless ``moves`` is true; no script runs if ``runs`` is false.  Paths are
    relative to the server.  At the end of the test no page may have had an error, nor a violation
    of the Content-Security-Policy.
    """
    settings.BASE_URL = live_server.url
    settings.COMPONENTS_PAGE = True
    contexts, watched = [], []

    def open_one(
        *, width: int = 1440, scheme: str = "light", moves: bool = False, runs: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=runs,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="no-preference" if moves else "reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watched.append(watch(page))
        return page

    yield open_one
    for context in contexts:
        context.close()
    _until_nobody_is_served()
    assert [problem for problems in watched for problem in problems] == []


def _until_nobody_is_served() -> None:
    """Wait for requests that their browser waits for no longer, before the tables are emptied."""
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "The server goes on serving a browser that is closed."
        time.sleep(0.01)


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    """The page of a fresh browser in a wide window."""
    return open_browser()
