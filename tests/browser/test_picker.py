"""Fields of names in Chromium: searched by keyboard and by mouse, narrow and dark, and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, DirectoryGroupMember, User
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from tests.browser.test_user_list import LOOKS
from tests.conftest import crowd
from tests.support.browser import assert_focused, check, sign_in
from tests.support.keyboard import keyboard_faults
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "/console/accounts/directorygroup/add/"
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const how = { clipboardData: data, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def people(acme: Tenant, alice: User, bob: User) -> Tenant:
    """Acme with namesakes, a group, and names that are hard to show."""
    with tenant_scope(acme):
        for number in (1, 2):
            values = UserFields(user_name=f"omer{number}@acme.example", display_name="Ömer Çelik")
            create_user(values=values)
        create_user(
            values=UserFields(user_name=f"long.{UNBROKEN[:200]}", display_name=UNBROKEN[:500])
        )
        create_user(values=UserFields(user_name="long.rtl", display_name=RIGHT_TO_LEFT[:300]))
        create_group(values=GroupFields(display_name="Crew of Ömer"))
    return acme


def field_of(page: Page, label: str = "Add members") -> Locator:
    return page.get_by_role("combobox", name=label)


def offered_on(page: Page) -> Locator:
    return page.locator("[role=listbox] > li")


def lines_of(page: Page, name: str = "add_members") -> list[str]:
    return page.locator(f"textarea[name={name}]").input_value().splitlines()


def members_of(tenant: Tenant, group: str) -> set[str]:
    with tenant_scope(tenant):
        found = DirectoryGroupMember.objects.filter(group__display_name=group)
        return {
            member.user.user_name if member.user else str(member.member_group)
            for member in found.select_related("user", "member_group")
        }


@pytest.mark.parametrize("look", LOOKS)
def test_members_are_chosen_by_keyboard_alone(
    open_browser: Callable[..., Page], people: Tenant, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    assert not faults_of(page)
    assert not keyboard_faults(page)
    page.locator("#id_display_name").fill("Sales")

    field = field_of(page)
    field.focus()
    page.keyboard.type("omer")
    options = offered_on(page)
    expect(options).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    check(page)
    page.keyboard.press("Enter")  # Of several it takes none; it goes to the first.
    assert lines_of(page) == ["omer"]
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute(
        "aria-activedescendant", options.first.get_attribute("id") or ""
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert lines_of(page) == ["omer2@acme.example"]
    expect(page.get_by_role("status").filter(has_text="Added: Ömer Çelik")).to_be_visible()
    assert_focused(field)

    page.keyboard.type("omer")
    expect(options).to_have_count(2)  # Who is chosen is not offered again.
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("bob@acme.example")
    expect(options).to_have_count(1)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    assert_focused(field)
    page.keyboard.press("Enter")  # What is written is taken as it is.
    assert lines_of(page) == ["omer2@acme.example", "Crew of Ömer", "bob@acme.example"]

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert_focused(page.get_by_role("button", name="Remove Crew of Ömer"))
    page.keyboard.press("Enter")
    assert_focused(page.get_by_role("button", name="Remove bob@acme.example"))
    expect(page.get_by_role("status").filter(has_text="Removed: Crew of Ömer")).to_be_visible()
    check(page)
    assert not faults_of(page)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("link", name="Sales").first).to_be_visible()
    assert members_of(people, "Sales") == {"omer2@acme.example", "bob@acme.example"}


@pytest.mark.parametrize("look", LOOKS)
def test_members_are_chosen_by_mouse_whatever_they_are_called(
    open_browser: Callable[..., Page], people: Tenant, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, "alice@acme.example")
    page.goto(FORM)

    for _each in range(2):
        field_of(page).fill("long")
        offered_on(page).first.click()
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)
    assert len(lines_of(page)) == 2
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_role("button", name="Remove").first.click()

    assert lines_of(page) == []
    assert_focused(field_of(page))


def test_a_column_of_names_is_pasted_and_what_is_wrong_is_told(page: Page, people: Tenant) -> None:
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    page.locator("#id_display_name").fill("Sales")
    field_of(page).focus()

    page.evaluate(PASTE, "bob@acme.example\r\n nobody \nomer1@acme.example\n\nnobody")
    assert lines_of(page) == ["bob@acme.example", "nobody", "omer1@acme.example"]
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Nobody here is called nobody").first).to_be_visible()
    field = field_of(page)
    expect(field).to_have_attribute("aria-invalid", "true")
    page.locator("a[href='#id_add_members']").click()
    assert_focused(field)
    page.get_by_role("button", name="Remove nobody").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Sales").first).to_be_visible()
    assert members_of(people, "Sales") == {"bob@acme.example", "omer1@acme.example"}


def test_a_name_that_is_written_and_not_chosen_is_sent(page: Page, people: Tenant) -> None:
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    page.locator("#id_display_name").fill("Sales")
    field_of(page).fill("BOB@acme.example")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("link", name="Sales").first).to_be_visible()
    assert members_of(people, "Sales") == {"bob@acme.example"}


def test_a_search_that_fails_says_so_and_takes_what_is_written(page: Page, people: Tenant) -> None:
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    page.route("**/to-pick/**", lambda route: route.fulfill(status=503))

    field_of(page).fill("bob@acme.example")

    expect(page.get_by_text("The search does not answer. Write the whole name.")).to_be_visible()
    page.keyboard.press("Enter")
    assert lines_of(page) == ["bob@acme.example"]


def test_it_is_a_text_field_without_script(
    open_browser: Callable[..., Page], people: Tenant
) -> None:
    page = open_browser(runs=False)
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    page.locator("#id_display_name").fill("Sales")
    page.get_by_label("Add members").fill("bob@acme.example\nCrew of Ömer")
    page.get_by_role("button", name="Save", exact=True).click()

    assert members_of(people, "Sales") == {"bob@acme.example", "Crew of Ömer"}


def test_an_answer_that_comes_late_is_no_answer(page: Page, acme: Tenant, alice: User) -> None:
    crowd(acme, 3)
    sign_in(page, "alice@acme.example")
    page.goto(FORM)
    page.locator("#id_display_name").fill("Sales")
    field = field_of(page)

    field.press_sequentially("crowd1", delay=170)
    page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")

    expect(offered_on(page)).to_have_count(0)
    with tenant_scope(acme):
        assert not DirectoryGroup.objects.exists()
