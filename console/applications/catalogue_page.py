"""The catalogue of known applications: searched, and left for the first step of the set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.applications.forms import GENERIC
from console.applications.frame import ApplicationFrame
from console.base.access import Access
from console.base.known import card, is_search, with_words
from console.base.questions import asks
from provisioning.catalogue.reading import entries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from provisioning.catalogue.reading import Entry

ENTRY: Final = "entry"
"""The parameter of the form for a new application that names an entry."""
CAN: Final = (
    ("", gettext_lazy("All")),
    ("groups", gettext_lazy("Groups")),
)


def is_entry(value: str) -> bool:
    """Accept the key of an entry of the catalogue."""
    return value in {each.key for each in entries()}


def _is_kind(value: str) -> bool:
    return value in dict(CAN)


class CataloguePage(ApplicationFrame):
    """Shows the catalogue, searched by words, and by what an application can take."""

    @asks(q=is_search, can=_is_kind)
    def catalogue_view(self, request: HttpRequest) -> HttpResponse:
        """Show the entries that fit, each leading to the first step."""
        self.require(request, Access.CHANGE)
        typed, can = request.GET.get("q", "").strip(), request.GET.get("can", "")
        known = entries()
        found = [each for each in with_words(known, typed) if _takes(each, can)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Add an application"),
            "typed": typed,
            "can": can,
            "choices": CAN,
            "total": len(known),
            "found": [card(each, self._url(each.key)) for each in found],
            "generic_url": self._url(GENERIC),
        }
        request.current_app = self.admin_site.name
        return render(request, "console/applications/catalogue.html", context)

    def _url(self, key: str) -> str:
        return f"{self.url_of('add')}?{urlencode({ENTRY: key})}"


def _takes(each: Entry, can: str) -> bool:
    return each.takes_groups if can == "groups" else True
