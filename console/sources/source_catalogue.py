"""The catalogue of known identity providers: searched, and left for the first step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from console.base.known import card, is_search, with_words
from console.base.questions import asks
from console.sources.source_pages import SourcePages
from scim.catalogue.reading import GENERIC, entries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


ENTRY: Final = "entry"
"""The parameter of the form for a new source that names an entry."""


def is_entry(value: str) -> bool:
    """Accept the key of an entry of the catalogue."""
    return value in {each.key for each in entries()}


class CataloguePage(SourcePages):
    """Shows the catalogue, searched by words."""

    @asks(q=is_search)
    def catalogue_view(self, request: HttpRequest) -> HttpResponse:
        """Show the entries that fit, each leading to the first step."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        typed = request.GET.get("q", "").strip()
        known = entries()
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Add an inbound source"),
            "typed": typed,
            "total": len(known),
            "found": [card(each, self._url(each.key)) for each in with_words(known, typed)],
            "generic_url": self._url(GENERIC),
        }
        return TemplateResponse(request, "console/sources/catalogue.html", context)

    def _url(self, key: str) -> str:
        return f"{self.url_of('add')}?{urlencode({ENTRY: key})}"
