"""Pages and settings that are found by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.text import capfirst, smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.storage.folding import folded
from console.base.access import Access
from console.base.findable import declared_settings
from console.base.pages import registered_pages
from console.search.found import MOST, Found, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from console.base.pages import ConsolePage
    from console.base.sites import GatehouseSite

PAGES = gettext_lazy("Pages")
SETTINGS = gettext_lazy("Settings")


def found_names(request: HttpRequest, site: GatehouseSite, typed: str) -> list[Found]:
    """Return the pages and settings that ``typed`` names, with one statement."""
    pages, settings = list(_pages(request, site)), list(_settings(request, site))
    words = [_without_quotes(word) for word in smart_split(typed)]
    texts = [f"{place.name} {place.detail}" for place in (*pages, *settings)]
    in_short = folded([*words, *texts])
    words, texts = in_short[: len(words)], in_short[len(words) :]
    return [
        Found(PAGES, _best(words, pages, texts[: len(pages)])),
        Found(SETTINGS, _best(words, settings, texts[len(pages) :])),
    ]


def _best(words: list[str], places: list[Place], texts: list[str]) -> list[Place]:
    """Return the places whose text has every word; those that begin with the first one lead."""
    fitting = [
        (not text.startswith(words[0]), place)
        for place, text in zip(places, texts, strict=True)
        if all(word in text for word in words)
    ]
    return [place for _later, place in sorted(fitting, key=lambda each: each[0])][:MOST]


def _without_quotes(word: str) -> str:
    """Return ``word`` as the lists read it: what stands in quotes is one word."""
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    return unescape_string_literal(word) if quoted else word


def _pages(request: HttpRequest, site: GatehouseSite) -> Iterator[Place]:
    for section in site.get_app_list(request):
        where = " › ".join(map(str, section["path"]))
        for entry in section["models"]:
            name = capfirst(str(entry["name"]))
            if entry["admin_url"]:
                yield Place(name, where, entry["admin_url"])
            if entry["add_url"]:
                new = {"name": entry["model"]._meta.verbose_name}
                yield Place(_("Add %(name)s") % new, name, entry["add_url"])
    for page in _pages_to_see(request, site):
        if page.found_as:
            yield Place(str(page.found_as), str(page.label), reverse(f"{site.name}:{page.name}"))
    yield Place(_("Your account"), "", reverse("account"))


def _settings(request: HttpRequest, site: GatehouseSite) -> Iterator[Place]:
    pages = {page.name: page for page in _pages_to_see(request, site)}
    for settings in declared_settings():
        page = pages.get(settings.page)
        if page is not None:
            url = reverse(f"{site.name}:{page.name}")
            for place, name in settings.names.items():
                yield Place(str(name), str(page.label), f"{url}#{place}")


def _pages_to_see(request: HttpRequest, site: GatehouseSite) -> list[ConsolePage]:
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    user = request.user
    return [
        page for page in registered_pages(site.name) if Access.VIEW in site.access_to(user, page)
    ]
