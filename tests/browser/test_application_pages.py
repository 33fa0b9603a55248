"""An application in Chromium: from the catalogue to a person who arrives there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.tenancy.scoping import tenant_scope
from tests.browser.test_provisioning_pages import LOOKS
from tests.conftest import do_after_commit
from tests.provisioning.engine.conftest import _loopback_is_allowed, fake
from tests.support.browser import assert_focused, check, press_tab_until, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User
    from tests.provisioning.engine.scim_fake import Fake

__all__ = ["_loopback_is_allowed", "fake"]  # Fixtures.

pytestmark = pytest.mark.django_db(transaction=True)

APPLICATIONS = "/console/provisioning/application/"


@pytest.fixture
def crew(acme: Tenant, bob: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody in the group *Crew*, where jobs are done as soon as they are committed."""
    monkeypatch.setattr(queueing, "hand_over", do_after_commit)
    with tenant_scope(acme):
        create_group(values=GroupFields(display_name="Crew"), member_ids=[bob.pk])
    return bob


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, open_browser: Callable[..., Page], alice: User) -> Page:
    """A browser in which an admin is signed in, of each look."""
    opened = open_browser(**request.param)
    sign_in(opened, alice.user_name)
    return opened


def next_step(page: Page, name: str) -> None:
    """Save the step, and wait for the one that is called so."""
    page.get_by_role("button", name="Save & Next").click()
    page.wait_for_url(f"**/{name}/")
    check(page)


def skip_to(page: Page, name: str) -> None:
    """Leave the step out, and wait for the one that is called so."""
    page.get_by_role("link", name="Skip this step").click()
    page.wait_for_url(f"**/{name}/")
    check(page)


def connect(page: Page, fake: Fake) -> None:
    """Pick an application in the catalogue, connect it and test that."""
    page.goto(APPLICATIONS)
    check(page)
    page.get_by_role("link", name="Add an application").click()
    page.wait_for_url("**/catalogue/")
    check(page)
    page.get_by_role("link", name="any SCIM 2.0 application").click()
    expect(page.get_by_label("Display name")).to_be_visible()
    check(page)
    page.get_by_label("Display name").fill("Planner")
    next_step(page, "connection")
    page.get_by_label("SCIM base URL").fill(fake.base_url)
    page.locator("#id_token").fill("opaque")
    next_step(page, "user-mapping")
    page.get_by_role("link", name="Connection").click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("The connection works.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Save & Next").click()
    page.wait_for_url("**/user-mapping/")


def test_from_the_catalogue_to_a_person_who_arrives(
    page: Page,
    crew: User,
    fake: Fake,
) -> None:
    connect(page, fake)
    page.get_by_label("For a real person").fill(crew.user_name)
    page.get_by_role("button", name="Show with what is entered").click()
    expect(page.get_by_role("status").filter(has_text=crew.email).first).to_be_visible()
    next_step(page, "group-mapping")
    skip_to(page, "scope")
    page.get_by_label("Assign further groups").fill("Crew")
    next_step(page, "switches")
    next_step(page, "roles")
    skip_to(page, "leaving")
    next_step(page, "plan")

    page.get_by_role("button", name="Preview a plan").click()
    expect(page.get_by_text("Nothing has been sent.")).to_be_visible()
    check(page)
    assert not fake.users()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()

    assert crew.user_name in fake.users()
    page.get_by_role("link", name="To the application").click()
    expect(page.get_by_role("heading", name="Planner")).to_be_visible()
    check(page)
    page.goto(f"/console/accounts/user/{crew.pk}/change/")
    expect(page.get_by_role("row", name="Planner")).to_contain_text("In step")
    check(page)


def test_the_catalogue_is_searched_by_keyboard(
    open_browser: Callable[..., Page], alice: User
) -> None:
    page = open_browser(width=1440)
    sign_in(page, alice.user_name)
    page.goto(f"{APPLICATIONS}catalogue/")

    page.get_by_label("Search applications").focus()
    page.keyboard.type("insightly")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalogue/?q=insightly*")
    expect(page.locator(".gh-card")).to_have_count(1)
    press_tab_until(page, "Insightly")
    assert_focused(page.get_by_role("link", name="Insightly"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/add/?entry=insightly")
