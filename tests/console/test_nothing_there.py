"""Where there is nothing, a page says so, and offers nothing that would need something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin
from lxml import html as lxml_html

from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from console.base.audited_admin import AuditedModelAdmin
from console.base.sites import platform_site

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

LISTS: Final = [
    each
    for site in (admin.site, platform_site)
    for each in site._registry.values()
    if isinstance(each, AuditedModelAdmin)
]


@pytest.fixture
def pages(console: Client, platform: Client) -> dict[Any, Client]:
    return {admin.site: console, platform_site: platform}


def opened(browser: Client, url: str) -> Any:
    answer = browser.get(url)
    return lxml_html.fromstring(answer.content.decode()) if answer.status_code == 200 else None


def test_a_list_without_rows_has_nothing_to_search_and_says_what_would_be_there(
    pages: dict[Any, Client],
) -> None:
    empty = 0
    for each in LISTS:
        page = opened(pages[each.admin_site], each.url_of("changelist"))
        if page.xpath("//table[@id='result_list']"):
            continue
        empty += 1
        assert page.xpath("//form[@id='changelist-search']") == [], each
        assert str(each.empty_text) in page.text_content(), each

    assert empty > 5


def test_a_search_without_result_can_be_changed(console: Client) -> None:
    page = opened(console, "/console/accounts/user/?q=nobody")

    assert page.xpath("//form[@id='changelist-search']//input[@value='nobody']")


def test_a_choice_of_nothing_says_so_on_every_form(acme: Tenant, pages: dict[Any, Client]) -> None:
    def without_choices() -> list[Any]:
        forms = [opened(pages[each.admin_site], each.url_of("add")) for each in LISTS]
        fieldsets = (f for form in forms if form is not None for f in form.xpath("//fieldset"))
        return [each for each in fieldsets if not each.xpath(".//input")]

    found = without_choices()
    assert len(found) > 2
    for each in found:
        assert "There is none to choose yet." in each.text_content()
    with tenant_scope(acme):
        create_profile(name="Night shift")
    assert len(without_choices()) == len(found) - 2  # A person's, and a group's members'.
