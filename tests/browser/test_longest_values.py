"""In the user list one long value never hides another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import person
from tests.support.browser import assert_fits, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

LOCAL = "x" * 60
DOMAIN = f"{'y' * 55}.example"
ADDRESS = f"{LOCAL}@{DOMAIN}"
TEXTS = {
    "unbroken": "W" * 512,
    "right-to-left-and-emoji": "مُحمَّد‎ בן־גוריון 👩‍👩‍👧‍👦🏳️‍🌈" * 10,
}
LOOKS = [
    pytest.param(width, text, id=f"{width}px-{name}")
    for name, text in TEXTS.items()
    for width in (360, 1440)
]


@pytest.mark.parametrize(("width", "text"), LOOKS)
def test_name_status_and_menu_of_a_row_are_in_the_window(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, width: int, text: str
) -> None:
    person(acme, "Zoe")
    with tenant_scope(acme):
        User.objects.filter(given_name="Zoe").update(
            user_name=ADDRESS, email=ADDRESS, display_name=text[:512]
        )
    page = open_browser(width=width)
    sign_in(page, alice.user_name)

    page.goto("/console/accounts/user/")

    assert_fits(page)
    row = page.get_by_role("row", name=ADDRESS)
    # Where there is no room for its column, the status stands below the name.
    status = row.locator(".field-status, .gh-more").filter(visible=True)
    for column in (row.locator(".field-who"), status, row.locator(".field-row_menu")):
        box = column.bounding_box()
        assert box is not None, column
        assert box["x"] >= 0, column
        assert box["x"] + box["width"] <= width, (column, box)
    columns = row.locator("th, td").filter(visible=True)
    boxes = [columns.nth(i).bounding_box() for i in range(columns.count())]
    for before, after in pairwise(boxes):
        assert before is not None
        assert after is not None
        assert before["x"] + before["width"] <= after["x"] + 1, boxes
