"""*Search*, on both sites: a page, and the part of it that the command box shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.shortcuts import render
from django.utils.translation import gettext as _

from console.base.change_list import MOST_WORDS
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_empty
from console.base.sites import ConsoleSite, platform_site
from console.search.names import found_names
from console.search.rows import found_rows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from console.base.sites import GatehouseSite


def search_console(request: HttpRequest) -> HttpResponse:
    """Show what is found of the person's tenant, and among the pages of the console."""
    assert isinstance(admin.site, ConsoleSite)  # noqa: S101 - console.apps makes it the default
    return _answer(request, admin.site)


def search_platform(request: HttpRequest) -> HttpResponse:
    """Show what is found of the deployment, and among the pages of its operators."""
    return _answer(request, platform_site)


def _answer(request: HttpRequest, site: GatehouseSite) -> HttpResponse:
    typed = request.GET.get("q", "").strip()
    found = []
    if typed:
        every = (*found_rows(request, site, typed), *found_names(request, site, typed))
        found = [each for each in every if each.places]
    context = {"typed": typed, "found": found, "count": sum(len(each.places) for each in found)}
    if "box" in request.GET:
        return render(request, "console/search/found.html", context)
    context |= {**site.each_context(request), "title": _("Search")}
    return render(request, "console/search/page.html", context)


def _is_search(value: str) -> bool:
    return len(value.split()) <= MOST_WORDS


for site, view in (("console", search_console), ("platform", search_platform)):
    register_page(
        ConsolePage(
            name="search",
            route="search/",
            view=view,
            site=site,
            questions={"q": _is_search, "box": is_empty},
        )
    )
