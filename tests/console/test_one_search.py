"""The search over everything: what it finds, for whom, and at what cost."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role, User
from accounts.services.profiles import create_profile
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from console.base.change_list import MOST_WORDS
from console.base.findable import declared_settings
from console.base.pages import registered_pages
from console.base.sites import platform_site
from console.search.found import MOST
from console.search.names import SETTINGS
from console.search.rows import KINDS
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

SITES = {"console": admin.site, "platform": platform_site}
PAGES = {page.name: page for page in registered_pages()}
SETTINGS_PAGES = sorted({settings.page for settings in declared_settings()})
NO_SETTINGS = {
    "csrfmiddlewaretoken": "no field of anybody's",
    "version": "what the form showed",
    "q": "the search itself",
    "link": "which link a button revokes",
    "lasts": "found with the token, at the place where it stands when SCIM is on",
}
"""Fields of settings pages that are no settings."""


def links(browser: Client, typed: str, site: str = "console") -> dict[str, str]:
    """Return the addresses that a search leads to, with the text of each link."""
    answer = browser.get(f"/{site}/search/", {"q": typed, "box": ""})
    assert answer.status_code == 200, answer.content
    document = lxml_html.fromstring(f"<div>{answer.content.decode()}</div>")
    return {link.get("href"): str(link.text_content()) for link in document.iter("a")}


@pytest.fixture
def sales(acme: Tenant) -> Tenant:
    """Acme with somebody, a group and a profile that share a name with one of Globex each."""
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="somer@acme.example", display_name="Ömer Söhne"))
        create_group(values=GroupFields(display_name="Söhne of Acme"))
        create_profile(name="Söhne")
    return acme


def test_people_groups_and_profiles_are_found_whatever_accents_are_typed(
    sales: Tenant, console: Client
) -> None:
    found = links(console, "sohne")

    assert {urlsplit(url).path.rsplit("/", 3)[0] for url in found} == {
        "/console/accounts/user",
        "/console/accounts/directorygroup",
        "/console/accounts/accessprofile",
    }


def test_what_other_tenants_have_is_never_found(sales: Tenant, grace: User) -> None:
    assert links(signed_in(grace), "sohne") == {}
    assert links(signed_in(grace), "acme") == {}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("typed", ["a", "acme", "söhne", "100%", "alice acme", '"a b"', "_", "'"])
def test_each_kind_is_found_as_its_list_finds_it(
    sales: Tenant, console: Client, platform: Client, site: str, typed: str
) -> None:
    browser = {"console": console, "platform": platform}[site]
    found = links(browser, typed, site)
    for kind in KINDS[site]:
        prefix = f"/{site}/{kind.model._meta.label_lower.replace('.', '/')}/"
        listed = browser.get(prefix, {"q": typed}).content.decode()
        rows = set(re.findall(rf'"({prefix}[^/"]+/change/)', listed))

        assert {url for url in found if url.endswith("/change/") and url.startswith(prefix)} == rows


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MEMBER])
@pytest.mark.parametrize("typed", ["a", "e", "s", "söhne", "add", "list"])
def test_a_role_finds_only_what_it_can_open(
    sales: Tenant, scim: SCIMClient, console: Client, role: Role, typed: str
) -> None:
    browser = signed_in(person(sales, "Pat", role))

    for url in links(browser, typed):
        assert browser.get(url).status_code == 200, url


def test_an_editor_finds_people_and_no_groups(sales: Tenant) -> None:
    found = links(signed_in(person(sales, "Ed", Role.EDITOR)), "sohne")

    assert [urlsplit(url).path.split("/")[3] for url in found] == ["user"]


def test_a_member_and_a_stranger_search_nothing(sales: Tenant, bob: User, client: Client) -> None:
    assert signed_in(bob).get("/console/search/", {"q": "sohne"}).status_code == 403
    assert client.get("/console/search/", {"q": "sohne"}).status_code == 302


def test_operators_find_tenants_operators_and_their_pages(sales: Tenant, platform: Client) -> None:
    by_tenant = links(platform, "acme", "platform")
    by_name = links(platform, "olga", "platform")
    by_page = links(platform, "operators", "platform")

    assert f"/platform/accounts/tenant/{sales.pk}/change/" in by_tenant
    assert [url.split("/")[3] for url in by_name] == ["user"]
    assert "/platform/accounts/user/" in by_page


@pytest.mark.parametrize("site", SITES)
def test_every_page_of_the_navigation_is_found_by_its_name(
    acme: Tenant, console: Client, platform: Client, site: str
) -> None:
    browser = {"console": console, "platform": platform}[site]
    start = lxml_html.fromstring(browser.get(f"/{site}/").content.decode())
    entries = start.xpath("//nav[@aria-label='Pages']//li/a")

    assert len(entries) > 5
    for entry in entries:
        assert entry.get("href") in links(browser, entry.text_content().strip(), site)


@pytest.mark.parametrize("page", [page for page in PAGES.values() if page.found_as])
def test_a_page_is_found_by_what_it_is_sought_for(console: Client, page: Any) -> None:
    assert f"/console/{page.route}" in links(console, str(page.found_as))


@pytest.mark.parametrize("name", SETTINGS_PAGES)
class TestSettings:
    @pytest.fixture
    def document(self, name: str, console: Client, scim: SCIMClient) -> Any:
        return lxml_html.fromstring(console.get(f"/console/{PAGES[name].route}").content.decode())

    def test_every_declared_place_is_there(self, name: str, document: Any) -> None:
        places = [
            place
            for settings in declared_settings()
            if settings.page == name
            for place in settings.names
        ]

        assert places
        assert [place for place in places if not document.xpath(f"//*[@id='{place}']")] == []

    def test_every_field_of_the_page_is_found_by_its_label(
        self, name: str, document: Any, console: Client
    ) -> None:
        """Whoever gives the page a new field is told to declare it."""
        fields = [
            field
            for field in document.xpath("//main//form//*[self::input or self::select][@name]")
            if field.get("type") != "hidden" and field.get("name") not in NO_SETTINGS
        ]
        fields += document.xpath("//main//form//textarea[@name]")
        for field in fields:
            label = document.xpath(f"//label[@for='{field.get('id')}']")[0].text_content().strip()
            found = links(console, " ".join(label.split()[:MOST_WORDS]))

            assert f"/console/{PAGES[name].route}#{field.get('id')}" in found, label


def test_settings_are_named_with_their_page(console: Client) -> None:
    answer = console.get("/console/search/", {"q": "enforce saml"}).content.decode()

    assert str(SETTINGS) in answer
    assert "/console/security/saml-scim/#id_enforce_saml" in answer


def test_no_kind_shows_more_than_a_few_and_its_list_has_the_others(
    acme: Tenant, console: Client
) -> None:
    crowd(acme, MOST + 2)

    found = links(console, "crowd")

    assert sum(url.endswith("/change/") for url in found) == MOST
    [whole] = [url for url in found if not url.endswith("/change/")]
    assert "crowd7" in console.get(whole).content.decode()


@pytest.mark.parametrize("size", [0, 40])
def test_a_search_takes_the_same_statements_however_much_is_found(
    acme: Tenant, console: Client, size: int
) -> None:
    crowd(acme, size)
    with tenant_scope(acme):
        for number in range(size):
            create_group(values=GroupFields(display_name=f"crowd {number}"))
    console.get("/console/search/", {"q": "crowd", "box": ""})

    with CaptureQueriesContext(connection) as queries:
        console.get("/console/search/", {"q": "crowd", "box": ""})

    assert len(queries) == 7, [query["sql"][:120] for query in queries]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "x" * 301},
        {"q": "a " * 11},
        {"q": "\x00"},
        {"box": "1"},
        {"page": "1"},
        {"q": ["a", "b"]},
    ],
)
def test_what_the_page_is_not_asked_for_is_refused(console: Client, asked: dict[str, Any]) -> None:
    assert console.get("/console/search/", asked).status_code == 400


def test_hostile_names_and_searches_stay_text(acme: Tenant, console: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="eve@acme.example", display_name=hostile))

    by_name = console.get("/console/search/", {"q": "eve"}).content.decode()
    by_text = console.get("/console/search/", {"q": hostile + " x"}).content.decode()

    assert "<script>alert" not in by_name + by_text
    assert hostile in unescape(by_name)


def test_a_search_for_nothing_shows_no_list(console: Client) -> None:
    assert links(console, "  ") == {}
    assert "Nothing is called" in console.get("/console/search/", {"q": "zzz"}).content.decode()
