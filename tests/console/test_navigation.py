"""Where pages stand in the list of pages: the places that administrators know from guides."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.urls import reverse

from console.base.navigation import CONSOLE_SECTIONS, PLATFORM_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

lxml_html: Any = importlib.import_module("lxml.html")

PLACES: Final[dict[str, set[tuple[str, ...]]]] = {
    "console": {
        ("Dashboard",),
        ("Requests",),
        ("Access reviews",),
        ("System settings", "Users", "User list"),
        ("System settings", "Users", "Access profiles"),
        ("System settings", "Users", "Directory groups"),
        ("System settings", "Security", "SAML & SCIM"),
        ("System settings", "Security", "Mail domains"),
        ("System settings", "Advanced settings", "SCIM API"),
        ("System settings", "Advanced settings", "Extension schemas"),
        ("System settings", "Advanced settings", "Appearance"),
        ("Provisioning", "Inbound sources"),
        ("Provisioning", "Held changes"),
        ("Provisioning", "Applications"),
        ("Provisioning", "Conflicts"),
        ("Provisioning", "Found by imports"),
        ("Licences", "Seats bought and used"),
        ("Licences", "Seats over time"),
        ("Licences", "Waiting for a seat"),
        ("Licences", "Seats of idle people"),
        ("Licences", "Who holds what"),
        ("Licences", "Licence history"),
        ("Records", "Log"),
        ("Records", "Jobs"),
    },
    "platform": {
        ("Customers", "Tenants"),
        ("Customers", "Subscriptions"),
        ("Customers", "Products"),
        ("Customers", "Mail domains"),
        ("Deployment", "Operators"),
        ("Deployment", "Failed sign-ins and lockouts"),
        ("Deployment", "Jobs"),
        ("Deployment", "Audit trail"),
    },
}
"""Every page in the list, under its headings."""


def places(page: str) -> Iterator[tuple[str, ...]]:
    """Yield each link of the list of pages, after the headings that it stands under."""
    headings: list[str] = []
    for each in lxml_html.fromstring(page).xpath("//nav[@id='pages']//p | //nav[@id='pages']//li"):
        text = " ".join(each.text_content().split())
        if each.tag == "li":
            yield (*headings, text)
        elif "gh-side__area--top" in each.get("class", ""):
            headings = [text]
        else:
            headings = [*headings[:1], text]


@pytest.mark.parametrize("site", PLACES)
def test_every_page_stands_where_guides_say(site: str, console: Client, platform: Client) -> None:
    browser = console if site == "console" else platform

    found = list(places(browser.get(f"/{site}/").content.decode()))

    assert set(found) == PLACES[site]
    assert len(found) == len(PLACES[site])


def test_every_section_has_a_page_in_the_list() -> None:
    for site, sections in (("console", CONSOLE_SECTIONS), ("platform", PLATFORM_SECTIONS)):
        entries = [entry for section in sections for entry in section.entries]
        assert len(entries) == len(set(entries)) == len(PLACES[site])


@pytest.mark.parametrize("page", CONSOLE_SECTIONS[-1].below)
def test_a_page_below_another_is_reached_from_it(console: Client, page: str) -> None:
    name = f"{page.replace('.', '_')}_changelist" if "." in page else page
    url = reverse(f"console:{name}")
    above = lxml_html.fromstring(console.get(reverse("console:log")).content.decode())
    assert above.xpath("//main//a[@href=$url]", url=url)

    below = lxml_html.fromstring(console.get(url).content.decode())

    [current] = below.xpath("//nav[@id='pages']//a[@aria-current='page']")
    assert current.text_content() == "Log"
    assert below.xpath("//*[@class='gh-trail']//li")[0].text_content() == "Records"
    [title] = below.xpath("//h1")
    found = console.get(reverse("console:search"), {"q": title.text_content()})
    assert url in found.content.decode()


@pytest.mark.parametrize("site", PLACES)
def test_every_page_is_called_as_its_way_there(
    site: str, console: Client, platform: Client
) -> None:
    browser = console if site == "console" else platform
    document = lxml_html.fromstring(browser.get(f"/{site}/").content.decode())

    for link in document.xpath("//nav[@id='pages']//li//a"):
        label = " ".join(link.text_content().split())
        page = lxml_html.fromstring(browser.get(link.get("href")).content.decode())
        [title] = page.xpath("//h1")
        assert title.text_content().strip() == label
        trail = [each.text_content().strip() for each in page.xpath("//*[@class='gh-trail']//li")]
        assert trail[-1:] in ([label], [])
