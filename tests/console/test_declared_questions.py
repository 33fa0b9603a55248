"""Every page of both admin sites answers what it declares, and refuses every other question.

Lists, columns and routes are read from the registries, so that a new one is tested unasked.
"""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse

from accounts.models import Lockout
from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site
from tests.architecture.specimens import Specimens, tenant_models
from tests.architecture.test_routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant

LOOKUPS = (
    *("", "__exact", "__iexact", "__startswith", "__istartswith", "__endswith", "__contains"),
    *("__icontains", "__regex", "__iregex", "__in", "__range", "__gt", "__gte", "__lt", "__lte"),
    *("__isnull", "__isempty", "__year", "__date", "__trigram_similar", "__search", "__length"),
)
MALFORMED = ("x", "", "x" * 100_000, "a\x00b", "99999999999999999999", "1,2", "(", "x__y", "²")
CONTROLS = {
    "q": ("a\x00b", "x" * 301, " ".join("word" * 11)),
    "o": ("x", "99", "-", "1..2", "1.1", "0x1", "-1.x", "9" * 400),
    "p": ("x", "-1", "0", "1.5", "99999999999999"),
    "all": ("x",),
    "_facets": ("x", "1"),
    "choose": ("x", "", "password", "status,role"),
    "among": ("x" * 101,),
    "columns": ("x", "password", "status,status", "status,", ","),
    "save": ("x" * 61,),
}
DJANGOS_OWN = ("e", "_popup", "_to_field", "_source_model", "_changelist_filters", "pop", "t")
EXPORTS = ("export",)
SECRETS = {"password", "digest", "session_key", "private_key"}
ANSWERS = {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED}


class List(NamedTuple):
    """A registered list, with its site's name."""

    site: str
    model: type[models.Model]

    def url(self, page: str = "changelist", *args: object) -> str:
        meta = self.model._meta
        return reverse(f"{self.site}:{meta.app_label}_{meta.model_name}_{page}", args=args)

    @property
    def urls(self) -> list[str]:
        """The list itself, and every download of what it shows."""
        found = [self.url()]
        for page in EXPORTS:
            try:
                found.append(self.url(page))
            except NoReverseMatch:
                continue
        return found


LISTS = [
    List(site.name, model)
    for site in (admin.site, platform_site)
    for model in sorted(site._registry, key=lambda model: model._meta.label)
]
every_list = pytest.mark.parametrize(
    "listed", LISTS, ids=[f"{each.site}-{each.model._meta.label}" for each in LISTS]
)


@pytest.fixture
def browsers(acme: Tenant, console: Client, platform: Client) -> dict[str, Client]:
    """An admin of a tenant that has one row of everything, and an operator."""
    with tenant_scope(acme):
        specimens = Specimens("specimen")
        for model in tenant_models():
            specimens.of(model)
    Lockout.objects.create(username="eve", ip_address="192.0.2.1", failures_since_start=1)
    return {"console": console, "platform": platform}


def offered(page: str) -> dict[str, set[str]]:
    """Return the parameters in the links of a list, each with the values that they have there."""
    found: dict[str, set[str]] = {}
    for link in re.findall(r'href="\?([^"]*)"', page):
        for name, value in parse_qsl(unescape(link), keep_blank_values=True):
            found.setdefault(name, set()).add(value)
    return found


def own_columns(model: type[models.Model]) -> set[str]:
    return {name for field in model._meta.concrete_fields for name in (field.name, field.attname)}


def related_columns(model: type[models.Model]) -> Iterator[str]:
    """Return every column one relation away, there or back, and secret ones that are two away."""
    for name, related in relations(model):
        yield from (f"{name}__{column}" for column in sorted(own_columns(related)))
        for further, other in relations(related):
            yield from (f"{name}__{further}__{each}" for each in SECRETS & own_columns(other))


def relations(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Return the names by which a condition reaches other models, with these models."""
    for field in model._meta.get_fields():
        related: Any = field.related_model
        if related is not None and field.name != "+":
            yield field.name, related


def refuses(browser: Client, url: str, query: dict[str, Any]) -> bool:
    """Whether the answer is the page that says so, and nothing else.

    What holds a NUL does not get past the door, which has a page of its own.
    """
    response = browser.get(url, query)
    body = getattr(response, "content", b"").decode()
    says_so = "Nothing was looked up" in body or "\\x00" in repr(query)
    return response.status_code == HTTPStatus.BAD_REQUEST and says_so


@every_list
class TestEveryList:
    def test_refuses_every_lookup_that_it_does_not_offer(
        self, listed: List, browsers: dict[str, Client]
    ) -> None:
        browser = browsers[listed.site]
        declared = offered(browser.get(listed.url()).content.decode()).keys()
        urls, lookups = cycle(listed.urls), cycle(LOOKUPS)
        names = {
            f"{column}{lookup}"
            for column in own_columns(listed.model)
            for lookup in ("__startswith", "__regex", next(lookups))
        }
        names |= {f"{column}{next(lookups)}" for column in related_columns(listed.model)}
        assert len(names - declared) > 15

        for name in sorted(names - declared):
            assert refuses(browser, next(urls), {name: "a"}), name
        for url in listed.urls:
            assert refuses(browser, url, {"pk__regex": "(a+)+$", "_facets": "True", "q": "a"})

    def test_answers_every_link_that_it_shows(
        self, listed: List, browsers: dict[str, Client]
    ) -> None:
        browser = browsers[listed.site]
        page = browser.get(listed.url()).content.decode()
        counted = browser.get(listed.url(), {"_facets": "True"}).content.decode()
        for link in {*re.findall(r'href="(\?[^"]*)"', page + counted)}:
            response = browser.get(listed.url() + unescape(link))
            assert response.status_code == HTTPStatus.OK, link

    def test_refuses_values_that_it_does_not_offer(
        self, listed: List, browsers: dict[str, Client]
    ) -> None:
        browser = browsers[listed.site]
        links = offered(browser.get(listed.url()).content.decode())
        filters = links.keys() - CONTROLS.keys()
        queries = [(name, value) for name in filters for value in MALFORMED]
        queries += [(name, value) for name, values in CONTROLS.items() for value in values]
        queries += [(name, value) for name in DJANGOS_OWN for value in ("1", "password")]
        shown = {
            number.removeprefix("-") for order in links.get("o", ()) for number in order.split(".")
        }
        queries += [("o", str(number)) for number in range(15) if str(number) not in shown]

        for url in listed.urls:
            for name, value in queries:
                assert refuses(browser, url, {name: value}), (url, name, value[:20])
            for name in filters:
                assert refuses(browser, url, {name: [*links[name]][:1] * 2}), (url, name)

    def test_completes_fills_in_and_does_nothing_that_was_not_declared(
        self, listed: List, browsers: dict[str, Client]
    ) -> None:
        browser = browsers[listed.site]
        for field in listed.model._meta.get_fields():
            query = {
                "app_label": listed.model._meta.app_label,
                "model_name": str(listed.model._meta.model_name),
                "field_name": field.name,
                "term": "a",
            }
            assert refuses(browser, reverse(f"{listed.site}:autocomplete"), query), field.name
        adding = listed.url("add")
        for name in {*own_columns(listed.model), "_popup", "_to_field"}:
            assert refuses(browser, adding, {name: "1"}), name
        action = {"action": "delete_selected", "index": "0", "_selected_action": "no key"}
        posts = [(adding, {name: "password"}) for name in ("_popup", "_to_field", "_source_model")]
        for url, data in (*posts, (listed.url(), action)):
            assert browser.post(url, data).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("site", ["console", "platform"])
def test_every_route_of_a_site_refuses_an_undeclared_parameter(
    site: str, browsers: dict[str, Client]
) -> None:
    # The first leads to the public sign-in page, the other adds a slash to an address.
    elsewhere = {f"{site}:login", f"{site}:None"}
    found = [each for each in routes() if each.name.startswith(f"{site}:")]
    assert len(found) > 20

    for route in found:
        if route.name not in elsewhere:
            assert browsers[site].get(f"{route.url}?unasked=%00").status_code in ANSWERS, route
            assert browsers[site].post(f"{route.url}?unasked=1").status_code in ANSWERS, route


def test_a_list_that_became_shorter_shows_its_last_page(browsers: dict[str, Client]) -> None:
    answer = browsers["console"].get("/console/accounts/auditentry/", {"p": "9999"})

    assert answer.status_code == HTTPStatus.OK


def test_the_way_back_to_a_list_keeps_its_search(browsers: dict[str, Client]) -> None:
    kept = {"_changelist_filters": "q=ali"}
    page = browsers["console"].get("/console/accounts/accessprofile/add/", kept)

    assert page.status_code == HTTPStatus.OK
    assert "q%3Dali" in page.content.decode()
