"""The pages of an action on many people, in Chromium: how far it is, how it went, undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.jobs import queueing
from accounts.models import Job, User
from accounts.services.users import reactivate_user
from accounts.tenancy.scoping import tenant_scope
from tests.browser.test_user_list import LOOKS
from tests.conftest import crowd, do_at_once
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_followed_stopped_and_goes_on_until_it_shows_what_came_of_it(
    open_browser: Callable[..., Page],
    acme: Tenant,
    alice: User,
    look: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
    people = crowd(acme, 3)
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/?q=crowd")
    for person in people:
        page.locator(f'input[name="_selected_action"][value="{person.pk}"]').check()
    page.locator('button[name="action"][value="deactivate"]').click()
    page.get_by_role("button", name="Deactivate (3)").click()

    page.wait_for_url("**/console/results/**")
    job = page.get_by_role("region", name="Progress")
    expect(job).to_contain_text("3 rows wait")
    expect(job).to_contain_text("No worker is running, so this waits.")
    check(page)
    page.get_by_role("button", name="Stop after this one").click()
    expect(job).to_contain_text("Stops after the row that is under way")
    check(page)
    with page.expect_navigation():  # By itself.
        do_at_once(queued.pop(), lock=None)
    expect(job).to_contain_text("What was done stays.")
    check(page)
    page.get_by_role("button", name="Go on").click()
    expect(job).to_contain_text("3 rows wait")
    with page.expect_navigation():  # By itself, too.
        do_at_once(queued.pop(), lock=None)

    expect(page.get_by_role("cell", name="Done")).to_have_count(3)
    expect(job).to_have_count(0)
    check(page)
    with tenant_scope(acme):
        assert User.objects.filter(active=False).count() == 3


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_undone_from_its_result(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    people = crowd(acme, 3)
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/?q=crowd")
    for person in people:
        page.locator(f'input[name="_selected_action"][value="{person.pk}"]').check()
    page.locator('button[name="action"][value="deactivate"]').click()
    expect(page.get_by_text("You can undo this until")).to_be_visible()
    page.get_by_label("Reason, for the history").fill("Contracts ended")
    check(page)
    page.get_by_role("button", name="Deactivate (3)").click()

    page.wait_for_url("**/console/results/**")
    expect(page.get_by_text("Contracts ended")).to_be_visible()
    with tenant_scope(acme):
        reactivate_user(user=User.objects.get(pk=people[0].pk))
    page.get_by_role("link", name="Undo…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo the deactivation of 3 people?")
    expect(page.get_by_text("They are active again already.")).to_be_visible()
    check(page)
    page.get_by_label("Reason, for the history").fill("The wrong list")
    page.get_by_role("button", name="Undo (2)").click()

    expect(page.get_by_role("cell", name="Done")).to_have_count(2)
    check(page)
    page.get_by_role("link", name="See how that went").click()
    expect(page.get_by_text("It was undone by")).to_be_visible()
    check(page)
    page.goto("/console/results/")
    expect(page.get_by_role("table")).to_contain_text("Undone")
    check(page)
    with tenant_scope(acme):
        assert not User.objects.filter(active=False).exists()
