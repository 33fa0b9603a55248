"""What the pages of one application have in common: who sees it, its head, tabs and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from console.applications.parts import BY_NAME, is_set_up, places, tabs_at
from console.base.access import Access, access_of
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks
from console.base.seen import seen_applications
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from console.base.questions import Check

    View = Callable[[HttpRequest, Application], HttpResponse]

BUTTONS: Final = (
    *("pause", "resume", "retry", "lift"),
    *("allow_removals", "refuse_removals", "allow_refused_removals"),
)
"""What is pressed on pages of an application: each is the end of the name of a route."""


class ApplicationFrame(ConsoleModelAdmin[Application]):
    """The frame of a page about one application."""

    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError,)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """Return the applications that a profile of the person lists; an admin sees all."""
        return super().get_queryset(request).filter(pk__in=seen_applications(request))

    def require(self, request: HttpRequest, right: Access) -> None:
        """Let go on who has a right to applications.

        Raises:
            PermissionDenied: The person has it not.
        """
        if right not in self.access(request):
            raise PermissionDenied

    def page_of(self, name: str, view: View, **questions: Check) -> URLPattern:
        """Return the route of a page of one application, for whoever sees that application."""

        @asks(**questions)
        def one(request: HttpRequest, object_id: int) -> HttpResponse:
            self.require(request, Access.VIEW)
            return view(request, self.one(request, object_id))

        return path(
            f"<int:object_id>/{name.replace('_', '-')}/",
            self.admin_site.admin_view(one),
            name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
        )

    def one(self, request: HttpRequest, key: object) -> Application:
        """Return the application with a key, if the person sees it.

        Raises:
            Http404: There is none, or no profile of theirs lists it.
        """
        found = self.get_object(request, str(key))
        if found is None:
            raise Http404
        return found

    def _import_tab(
        self, request: HttpRequest, application: Application, *, is_current: bool
    ) -> Iterator[dict[str, Any]]:
        """Yield the page of imports, for who may change the application."""
        if self.has_full_permission(request):
            url = self.url_of("import", application.pk)
            yield {"title": _("Import"), "url": url, "is_current": is_current}

    def _lists_of(self, request: HttpRequest, application: Application) -> Iterator[dict[str, Any]]:
        """Yield the lists that have something of the application, if the person may see them."""
        query = urlencode({"application__id__exact": application.pk})
        for model, title in (("operation", _("Log")), ("conflict", _("Conflicts"))):
            if Access.VIEW in access_of(request.user, f"provisioning.{model}"):  # type: ignore[arg-type]
                page = reverse(f"{self.admin_site.name}:provisioning_{model}_changelist")
                yield {"title": title, "url": f"{page}?{query}", "is_current": False}

    def render_page(
        self,
        request: HttpRequest,
        application: Application,
        template: str,
        context: Mapping[str, Any],
        *,
        here: str = "",
    ) -> HttpResponse:
        """Return ``template`` about ``application``; ``here`` is the page, or part, it shows."""
        request.current_app = self.admin_site.name

        def address(name: str) -> str:
            return self.url_of(name, application.pk)

        tabs = [
            {"title": _("Overview"), "url": address("change"), "is_current": not here},
            *tabs_at(here, address),
            *self._import_tab(request, application, is_current=here.startswith("import")),
            *self._lists_of(request, application),
        ]
        return TemplateResponse(
            request,
            f"console/applications/{template}",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": application,
                "application": application,
                "is_set_up": is_set_up(application),
                "may_change": self.has_full_permission(request),
                "may_try": Access.TRY in self.access(request),
                "tabs": tabs,
                "urls": {name: address(name) for name in BUTTONS},
                **(places(here, address) if here in BY_NAME else {}),
                **({"action": address(here)} if here else {}),
                **context,
            },
        )
