"""The catalogue of known applications: searched, and left for the first step of the set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.storable import is_storable
from accounts.storage.folding import folded
from console.applications.forms import GENERIC
from console.applications.frame import ApplicationFrame
from console.base.access import Access
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
_LONGEST: Final = 100


def is_entry(value: str) -> bool:
    """Accept the key of an entry of the catalogue."""
    return value in {each.key for each in entries()}


def _is_search(value: str) -> bool:
    return len(value) <= _LONGEST and is_storable(value)


def _is_kind(value: str) -> bool:
    return value in dict(CAN)


class CataloguePage(ApplicationFrame):
    """Shows the catalogue, searched by words, and by what an application can take."""

    @asks(q=_is_search, can=_is_kind)
    def catalogue_view(self, request: HttpRequest) -> HttpResponse:
        """Show the entries that fit, each leading to the first step."""
        self.require(request, Access.CHANGE)
        typed, can = request.GET.get("q", "").strip(), request.GET.get("can", "")
        known = entries()
        found = [each for each in _named(known, typed) if _takes(each, can)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Add an application"),
            "typed": typed,
            "can": can,
            "choices": CAN,
            "total": len(known),
            "found": [self._shown(each) for each in found],
            "generic_url": self._url(GENERIC),
        }
        request.current_app = self.admin_site.name
        return render(request, "console/applications/catalogue.html", context)

    def _shown(self, each: Entry) -> dict[str, Any]:
        return {"name": each.name, "about": each.about, "url": self._url(each.key)}

    def _url(self, key: str) -> str:
        return f"{self.url_of('add')}?{urlencode({ENTRY: key})}"


def _named(known: tuple[Entry, ...], typed: str) -> list[Entry]:
    """Return the entries whose name or sentence has every word that was typed."""
    if not typed:
        return list(known)
    words = typed.split()
    texts = folded([*words, *(f"{each.name} {each.about}" for each in known)])
    wanted, texts = texts[: len(words)], texts[len(words) :]
    return [
        each
        for each, text in zip(known, texts, strict=True)
        if all(word in text for word in wanted)
    ]


def _takes(each: Entry, can: str) -> bool:
    return each.takes_groups if can == "groups" else True
