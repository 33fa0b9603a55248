"""The result of an action on many, in Chromium: what followed, and lines that are tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import users
from accounts.tenancy.scoping import tenant_scope
from provisioning.models import Application, Operation, OperationState
from tests.browser.test_user_list import LOOKS
from tests.conftest import crowd
from tests.console.test_lines_again import busy
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
USERS = "/console/accounts/user/"


def ask_to_deactivate(page: Page, people: Iterable[User]) -> None:
    page.goto(f"{USERS}?q=crowd")
    for person in people:
        page.locator(f'input[name="_selected_action"][value="{person.pk}"]').check()
    page.locator('button[name="action"][value="deactivate"]').click()


@pytest.mark.parametrize("look", LOOKS)
def test_a_line_that_failed_is_tried_again_from_the_result(
    open_browser: Callable[..., Page],
    acme: Tenant,
    alice: User,
    look: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = crowd(acme, 5)
    with tenant_scope(acme):
        users.deactivate_user(user=people[4])
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    ask_to_deactivate(page, people)
    with monkeypatch.context() as held:
        held.setattr(users, "deactivate_user", busy("crowd1"))
        page.get_by_role("button", name="Deactivate (4)").click()
        page.wait_for_url("**/console/results/**")
    with tenant_scope(acme):
        slack = Application.objects.create(name="Slack", first_plan_sent_at=timezone.now())
        for person in people[:3]:
            Operation.objects.create(
                application=slack,
                kind="User",
                object_id=str(person.pk),
                state=OperationState.WAITING,
            )
        users.delete_user(user=User.objects.get(pk=people[4].pk))
    page.reload()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("3 of 4 people were deactivated, 1 was not")
    followed = page.get_by_role("region", name="What followed")
    expect(followed).to_contain_text("Sessions ended")
    expect(followed).to_contain_text("0 of 2")
    expect(followed).to_contain_text("Waiting for the token: Slack")
    expect(page.get_by_role("link", name="See in the log crowd4")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Retry crowd1").click()
    expect(heading).to_have_text("Deactivate 1 person?")
    check(page)
    page.get_by_role("button", name="Deactivate (1)").click()
    expect(heading).to_have_text("1 person was deactivated")


def test_a_file_that_was_taken_away_holds_up_no_other_button(
    page: Page, acme: Tenant, alice: User
) -> None:
    people = crowd(acme, 2)
    sign_in(page, alice.user_name)
    ask_to_deactivate(page, people)

    with page.expect_download():
        page.get_by_role("button", name="Download as CSV").click()
    page.get_by_role("button", name="Deactivate (2)").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("2 people were deactivated", timeout=2_500)
