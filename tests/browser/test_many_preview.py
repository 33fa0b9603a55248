"""The page that asks before something is done to many, in Chromium: who may come back, as CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.models import ActionResult, User
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from scim.models import Source
from tests.browser.test_user_list import LOOKS
from tests.conftest import crowd
from tests.support.browser import check, press_tab_until, sign_in
from tests.support.scim import connect_with_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST = "Meridian Freight directory of everybody in each of the subsidiaries overseas "


@pytest.mark.parametrize("look", LOOKS)
def test_who_may_come_back_is_named_and_everybody_taken_away_before_it_is_done(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    people = crowd(acme, 15)
    connect_with_table(acme, LONGEST)
    with tenant_scope(acme):
        managed = [each.pk for each in people[:12]]
        key = Source.objects.get(name=LONGEST).pk
        User.objects.filter(pk__in=managed).update(source_ids=[key])
        deactivate_user(user=people[14])
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/?q=crowd")
    for person in people:
        page.locator(f'input[name="_selected_action"][value="{person.pk}"]').check()
    page.locator('button[name="action"][value="deactivate"]').click()

    looks = page.get_by_role("region", name="Who or what needs a second look")
    expect(looks).to_contain_text("its next push may reactivate them.")
    expect(looks).to_contain_text("and 2 more")
    expect(looks).to_contain_text("They are inactive already.")
    expect(page.get_by_text("of the 14")).to_be_visible()
    check(page)
    with page.expect_download() as download:
        press_tab_until(page, "as_csv")
        page.keyboard.press("Enter")
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) == 16
    with tenant_scope(acme):
        assert not ActionResult.objects.exists()
    page.get_by_label("Reason, for the history").fill("Contracts ended")
    page.keyboard.press("Enter")  # It is the button before, not the file.

    expect(page.get_by_role("heading", level=1)).to_have_text("14 people were deactivated")
    check(page)
