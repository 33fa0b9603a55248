"""No page speaks in Django's words: walked over every page, each role's own."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.urls import reverse
from lxml import html as lxml_html

from accounts.models import DirectoryGroup, Lockout
from accounts.tenancy.scoping import tenant_scope
from console.base.audited_admin import AuditedModelAdmin
from console.base.sites import platform_site
from tests.support.html_forms import what_is_sent
from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from typing import Any

    from django.test import Client

    from accounts.models import Tenant, User

TABS: Final = ("gh-part--saml", "gh-part--scim")
"""Classes of parts of one page of which a browser shows one, and the other is hidden."""

FORBIDDEN: Final = re.compile(
    r"successfully|\bplease\b|\boops\b|select .* to (?:change|view)|add to |"
    r"save and (?:add|continue)|are you sure|the selected |"
    r"site administration|django|recent actions|change (?:user|group|tenant|source)\b|"
    r"\(s\)|\bwelcome,|view site|log out|home ›|no data|\bOK\b|an error occurred|-{5,}",
    re.IGNORECASE,
)
"""What the design's table of words replaces."""


def said(page: str) -> str:
    """Return what somebody reads on a page."""
    document: Any = lxml_html.fromstring(page)
    for each in document.xpath("//script|//style|//template"):
        each.drop_tree()
    return " ".join(document.text_content().split())


def walk(browser: Client, site: str) -> dict[str, str]:
    """Return every page of a site that links lead to, by its address."""
    waiting, seen, found = [site], {site}, {}
    while waiting:
        url = waiting.pop()
        answer = browser.get(url)
        if answer.status_code != HTTPStatus.OK:
            continue
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        found[url] = said(page)
        document: Any = lxml_html.fromstring(page)
        for hidden in TABS:
            filled = document.xpath(
                "//main//*[contains(@class, 'gh-button--main')]"
                "[not(ancestor::*[contains(@class, $hidden)])]",
                hidden=hidden,
            )
            assert len(filled) <= 1, (url, [each.text_content() for each in filled])
        for link in document.xpath("//a/@href"):
            path = urlsplit(urljoin(url, link)).path
            if path.startswith(site) and path not in seen and len(seen) < 200:
                seen.add(path)
                waiting.append(path)
    return found


@pytest.mark.parametrize("site", ["/console/", "/platform/"])
def test_no_page_speaks_in_words_that_the_design_replaces(
    console: Client, platform: Client, bob: User, site: str
) -> None:
    browser = console if site == "/console/" else platform
    pages = walk(browser, site) | walk(browser, "/account/")

    assert len(pages) > 15
    wrong = {url: found[0] for url, text in pages.items() if (found := FORBIDDEN.search(text))}
    assert wrong == {}


@pytest.mark.parametrize(
    "model_admin",
    [
        each
        for site in (admin.site, platform_site)
        for each in site._registry.values()
        if isinstance(each, AuditedModelAdmin)
    ],
    ids=repr,
)
def test_no_list_is_titled_in_djangos_way(
    model_admin: AuditedModelAdmin[Any], console: Client, platform: Client
) -> None:
    browser = platform if model_admin.admin_site is platform_site else console
    page: Any = lxml_html.fromstring(browser.get(model_admin.url_of("changelist")).content.decode())

    [title] = page.xpath("//h1")
    assert not FORBIDDEN.search(title.text_content())
    assert len(page.xpath("//main//*[contains(@class, 'gh-button--main')]")) <= 1


def test_what_was_saved_is_said_by_name(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        group = DirectoryGroup.objects.create(tenant=acme, display_name="Sales")
    url = reverse("console:accounts_directorygroup_change", args=[group.pk])
    form = what_is_sent(console.get(url).content.decode(), "version")

    answer = console.post(url, {**form, "display_name": "Sales EMEA", "_save": "1"}, follow=True)

    text = said(answer.content.decode())
    assert "Saved: Sales EMEA." in text
    assert not FORBIDDEN.search(text)


KEPT_BY_LIBRARIES: Final = [
    each
    for site in (admin.site, platform_site)
    for each in site._registry.values()
    if each.model._meta.concrete_model.__module__.partition(".")[0] not in PACKAGES
]
"""Lists of rows that a library keeps for us."""


@pytest.mark.parametrize("model_admin", KEPT_BY_LIBRARIES, ids=repr)
def test_rows_that_a_library_keeps_are_told_in_our_words(
    model_admin: AuditedModelAdmin[Any], console: Client, platform: Client
) -> None:
    row = Lockout.objects.create(
        username="eve@acme.example", ip_address="192.0.2.1", user_agent="x", failures_since_start=3
    )
    theirs = model_admin.model._meta.concrete_model
    names = {str(field.verbose_name).lower() for field in theirs._meta.concrete_fields}
    browser = platform if model_admin.admin_site is platform_site else console

    for page in (
        browser.get(model_admin.url_of("changelist")),
        *(
            browser.get(model_admin.url_of(name, row.pk))
            for name in ("change", "delete", "history")
        ),
        browser.post(
            model_admin.url_of("changelist"),
            {"action": "delete_selected", "_selected_action": row.pk, "index": 0},
        ),
        browser.post(model_admin.url_of("delete", row.pk), {"post": "yes"}, follow=True),
    ):
        document: Any = lxml_html.fromstring(page.content.decode())
        text = said(page.content.decode())
        assert str(theirs._meta.verbose_name) not in text.lower()
        assert theirs.__str__(row) not in text
        labels = document.xpath("//th|//dt|//label|//*[@class='gh-label']")
        assert {each.text_content().strip().lower() for each in labels} & names == set()


def test_there_are_rows_that_a_library_keeps() -> None:
    assert [each.model for each in KEPT_BY_LIBRARIES] == [Lockout]
