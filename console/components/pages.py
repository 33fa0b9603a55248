"""*Components*: each part of a page in all its states, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from console.base.pages import ConsolePage, register_page
from console.components.samples import samples

if TYPE_CHECKING:
    from typing import Final

THEMES: Final = ("light", "dark")


def components(request: HttpRequest) -> HttpResponse:
    """Show the parts of every page to who builds pages.

    Raises:
        Http404: The settings do not say that developers look (``GATEHOUSE_COMPONENTS``).
    """
    if not settings.COMPONENTS_PAGE:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": "Components",
        "says": "Every part in its states. Each state has a shape and a word as well as a colour.",
        "halves": [samples(theme) for theme in THEMES],
    }
    return render(request, "console/components/components.html", context)


register_page(ConsolePage(name="components", route="components/", view=components))
