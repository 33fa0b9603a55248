"""What the pages of one source have in common: their frame, the steps, who may see tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from console.base.access import Access, access_of
from console.base.model_admin import ConsoleModelAdmin
from scim.models import BearerToken, Source

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SETTING_UP = "setup"
"""The query parameter that is there while a new source is set up step by step."""

STEPS = (
    ("basic", _("Basic settings")),
    ("authorization", _("Authorization")),
    ("mapping", _("Attribute mapping")),
    ("options", _("Source options")),
)


class SourcePages(ConsoleModelAdmin[Source]):
    """The frame of a page about one source."""

    def token_access(self, request: HttpRequest) -> Access:
        """Return what the person may do about tokens: a source begins and ends with them."""
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return access_of(request.user, BearerToken._meta.label_lower)

    def render_page(
        self, request: HttpRequest, source: Source, template: str, context: dict[str, Any]
    ) -> HttpResponse:
        """Return ``template`` in the frame of the console, about ``source``."""
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": source,
                "source": source,
                "subtitle": source.name,
                "sees_tokens": Access.VIEW in self.token_access(request),
                **context,
            },
        )


def steps_at(current: str) -> dict[str, Any]:
    """Return what a page shows of the steps while a source is set up, at ``current``."""
    names = [name for name, _label in STEPS]
    return {"steps": STEPS, "current_step": current, "steps_done": names[: names.index(current)]}
