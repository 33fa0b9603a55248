"""Ten tasks of somebody who has never seen the product: what their tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.jobs import queueing
from tests.access_reviews.conftest import company
from tests.browser.first_tasks.walking import Walk
from tests.conftest import do_after_commit
from tests.provisioning.engine.conftest import _loopback_is_allowed, fake
from tests.scim.test_held_changes import seats

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

__all__ = ["_loopback_is_allowed", "company", "fake", "seats"]  # Fixtures.


@pytest.fixture
def walk(request: pytest.FixtureRequest, db: None, open_browser: Callable[..., Page]) -> Walk:
    """The task that the test is marked as; see :func:`~tests.browser.first_tasks.walking.task`."""
    title, width = request.param
    return Walk(title, width, open_browser)


@pytest.fixture(autouse=True)
def _jobs_when_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have jobs done as soon as the page that began them has committed."""
    monkeypatch.setattr(queueing, "hand_over", do_after_commit)
