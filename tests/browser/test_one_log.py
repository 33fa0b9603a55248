"""The one log in Chromium: in each look, by keyboard, with the worst values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from scim.models import RequestLogEntry
from tests.support.browser import check, press_tab_until, sign_in
from tests.support.keyboard import keyboard_faults
from tests.support.logged import LISTED, REFERENCE, connect_both, log_of_each_kind
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    pytest.param({"width": width, "scheme": scheme}, id=f"{width}px-{scheme}")
    for width, scheme in ((360, "light"), (360, "dark"), (768, "light"), (1440, "dark"))
]


@pytest.fixture
def _logged(acme: Tenant, alice: User, bob: User) -> None:
    with tenant_scope(acme):
        made = connect_both()[LISTED]
        log_of_each_kind(bob, alice, made, 2)
        RequestLogEntry.objects.create(
            source=made.source,
            source_name="W" * 200,
            user_agent="agent" * 60,
            method="PATCH",
            route="/Users/{id}",
            resource_id="x" * 320,
            status=400,
            detail="שלום " * 400,
        )
        audit.record("user.updated", bob, changes={"given_name": ["ח" * 300, "W" * 2000]})


@pytest.mark.usefixtures("_logged")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("asked", ["", "?outcome=failed&kind=scim&q=Bob", "?q=nobody", "?q=Bob"])
def test_everything_fits_and_can_be_reached(
    open_browser: Callable[..., Page], alice: User, look: dict[str, Any], asked: str
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto(f"/console/log/{asked}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log")
    check(page)
    page.evaluate("document.querySelectorAll('.gh-entry').forEach(each => { each.open = true; })")

    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)


@pytest.mark.usefixtures("_logged")
@pytest.mark.parametrize("look", LOOKS[:1])
def test_one_entry_fits(
    open_browser: Callable[..., Page], alice: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/log/")
    pages = page.eval_on_selector_all(
        ".gh-entry__body a[href^='/console/log/']", "links => links.map(each => each.href)"
    )

    for url in pages[:12]:
        page.goto(url)
        check(page)
        assert not faults_of(page)


@pytest.mark.usefixtures("_logged")
def test_somebody_finds_a_refusal_by_keyboard_and_copies_its_reference(
    open_browser: Callable[..., Page], alice: User
) -> None:
    page = open_browser()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, alice.user_name)
    page.goto("/console/log/")

    page.keyboard.press("/")
    page.keyboard.type(REFERENCE)
    page.keyboard.press("Enter")
    expect(page.locator(".gh-entry")).to_have_count(2)
    page.locator(".gh-entry summary").first.focus()
    page.keyboard.press("Enter")

    entry = page.locator(".gh-entry").first
    expect(entry).to_contain_text("Add the certificate that the identity provider uses now.")
    press_tab_until(page, "Copy Reference")
    page.keyboard.press("Enter")
    expect(entry.locator("button")).to_have_text("Copied")
