"""The two admin sites: ``/console/`` for a tenant's own people, ``/platform/`` for operators.

Both decide here, and only here, who gets in and whose rows the pages may touch.  The console is
Django's default admin site, so applications register with :mod:`django.contrib.admin` and never
import this module.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import Tenant, User
from accounts.requests.callers import name_caller
from accounts.signing_in.acting_session import acting_in
from accounts.signing_in.sessions import stored_key
from accounts.storable import is_storable
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.refusals import record_refusal, record_refused_entry
from console.base import begun, many_result, undo_page
from console.base.access import EVERYTHING, Access, access_of, may_enter
from console.base.doing import works_for
from console.base.navigation import CONSOLE_SECTIONS, PLATFORM_SECTIONS, Section
from console.base.pages import ConsolePage, registered_pages
from console.base.questions import (
    UndeclaredQuestionError,
    asks,
    judges_itself,
    refuse_undeclared,
    undeclared,
)
from console.base.undone import UNDO_NAME, UNDO_ROUTE
from console.base.waiting import waiting_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.template.response import TemplateResponse
    from django.urls import URLPattern, URLResolver

    View = Callable[..., HttpResponseBase]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LEFT_OUT = frozenset({"password_change", "password_change_done", "view_on_site"})
"""Django's pages that have a counterpart elsewhere, or no use here."""


class GatehouseSite(admin.AdminSite):
    """An admin site with the public sign-in page, scoped views and sections of our own."""

    site_title = _("Gatehouse")
    site_header = _("Gatehouse")
    sections: tuple[Section, ...] = ()
    _facts: Callable[[User], dict[str, Any]]
    enable_nav_sidebar = False  # Ours stands in templates/admin/base_site.html.

    def __init__(self, name: str) -> None:
        super().__init__(name)
        works_for(self)
        # AuditedModelAdmin has an action of this name, which reports refusals one by one.
        self.disable_action("delete_selected")

    def begins_with(self, template: str, facts: Callable[[User], dict[str, Any]]) -> None:
        """Show ``template`` as the first page, with the ``facts`` for whoever looks."""
        self.index_template = template
        self._facts = facts

    @override
    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        assert isinstance(request.user, User)  # noqa: S101 - admin_view() let them in
        return super().index(request, {**self._facts(request.user), **(extra_context or {})})

    @abstractmethod
    def scope_of(self, user: User) -> AbstractContextManager[None]:
        """Return the scope in which the pages run for ``user``, who has permission."""

    @abstractmethod
    def access_to(self, user: User, page: ConsolePage) -> Access:
        """Return what ``user``, who has permission, may do on ``page`` of this site."""

    @abstractmethod
    def refusal_of(self, user: User) -> dict[str, Any]:
        """Return the context of the page for somebody who may not enter."""

    @override
    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Let in who may enter, and run ``view`` with its rendering in their scope."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not user.active:
                return redirect_to_login(request.get_full_path(), reverse("sign-in"))
            if not self.has_permission(request):
                return self._refused(request, user)
            name_caller(request, user.tenant_id)
            with (
                self.scope_of(user),
                audit.acting_as(user.user_name),
                acting_in(stored_key(request.session.session_key)),
            ):
                try:
                    refuse_undeclared(request, view)
                    response = guarded(request, *args, **kwargs)
                except PermissionDenied:
                    response = self._forbidden(request)
                except UndeclaredQuestionError as refusal:
                    response = self._unanswered(request, refusal)
                if isinstance(response, SimpleTemplateResponse):
                    # Templates query too, so render before the scope ends.
                    response.render()
                return response

        return scoped

    @override
    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = [each for each in super().get_urls() if getattr(each, "name", None) not in _LEFT_OUT]
        return [*self._page_urls(), *urls]

    def _page_urls(self) -> Iterator[URLPattern]:
        yield path(begun.ROUTE, self.admin_view(self.result_view), name=begun.NAME)
        for page in registered_pages(self.name):
            yield path(page.route, self.admin_view(self._judged(page)), name=page.name)

    def _judged(self, page: ConsolePage) -> View:
        @asks(**page.questions)
        @wraps(page.view)
        def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            needed = Access.VIEW if request.method in _SAFE_METHODS else Access.CHANGE
            assert isinstance(request.user, User)  # noqa: S101 - admin_view() let them in
            if needed not in self.access_to(request.user, page):
                raise PermissionDenied
            request.current_app = self.name
            return page.view(request, *args, **kwargs)

        return judged

    @asks(**many_result.QUESTIONS)
    def result_view(self, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
        """Tell how an action on many rows goes and went, to whoever may do the same."""
        return many_result.result_page(self, request, result_id)

    @override
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        return redirect_to_login(target, reverse("sign-in"))

    @override
    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        if request.method == "POST":
            logout(request)
        return redirect("sign-in")

    @override
    @asks(
        term=is_storable,
        page=str.isdecimal,
        app_label=str.isidentifier,
        model_name=str.isidentifier,
        field_name=str.isidentifier,
    )
    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer for the fields that a form of this site completes, and for no other."""
        if not self._completes(request):
            raise undeclared("autocomplete")
        return super().autocomplete_view(request)

    def _completes(self, request: HttpRequest) -> bool:
        asked = request.GET
        try:
            model = apps.get_model(asked.get("app_label", ""), asked.get("model_name", ""))
        except LookupError:
            return False
        form = self._registry.get(model)
        return (
            form is not None
            and asked.get("field_name") in form.get_autocomplete_fields(request)
            and form.has_view_permission(request)
        )

    @override
    @judges_itself
    def catch_all_view(self, request: HttpRequest, url: str) -> Any:
        """Add a missing slash; the page there judges what it is asked."""
        return super().catch_all_view(request, url)

    @override
    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        return redirect(f"{self.name}:index")

    @override
    def get_log_entries(self, request: HttpRequest) -> Any:
        """Return nothing: the audit trail records what Django's own log would."""
        return ()

    @override
    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the navigation: Django's "apps" are our sections, its "models" their pages."""
        entries = {
            f"{app['app_label']}.{model['object_name'].lower()}": self._titled(model)
            for app in super().get_app_list(request)
            for model in app["models"]
        }
        entries.update(self._page_entries(request))
        sections = []
        for section in self.sections:
            models = [{**entries[key], "key": key} for key in section.entries if key in entries]
            above = {"above": models[0]} if models else {}
            models += [{**entries[key], **above} for key in section.below if key in entries]
            if models:
                sections.append(
                    {
                        "name": section.path[-1],
                        "parents": section.path[:-1],
                        "path": section.path,
                        "app_label": section.key,
                        "app_url": models[0]["admin_url"],
                        "has_module_perms": True,
                        "models": models,
                    }
                )
        _mark_current([entry for section in sections for entry in section["models"]], request.path)
        return sections

    def _titled(self, entry: dict[str, Any]) -> dict[str, Any]:
        title = getattr(self._registry[entry["model"]], "list_title", "")
        return {**entry, "name": title} if title else entry

    def _page_entries(self, request: HttpRequest) -> dict[str, dict[str, Any]]:
        return {}

    def _refused(self, request: HttpRequest, user: User) -> HttpResponse:
        reason = _("The role does not let them in.")
        record_refused_entry(f"{self.name}.refused", user, reason=reason, actor=user.user_name)
        context = {"user": user, **self.refusal_of(user)}
        return render(request, "console/base/refused.html", context, status=HTTPStatus.FORBIDDEN)

    def _forbidden(self, request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, User)  # noqa: S101 - admin_view() let them in
        reason = _("The role does not allow it.")
        where = f"{request.method} {request.path[:200]}"
        record_refusal(f"{self.name}.refused", request.user, reason=reason, page=where)
        request.current_app = self.name
        context = {**self.each_context(request), "title": _("Not for your role")}
        return render(request, "console/base/forbidden.html", context, status=HTTPStatus.FORBIDDEN)

    def _unanswered(self, request: HttpRequest, refusal: UndeclaredQuestionError) -> HttpResponse:
        request.current_app = self.name
        context = {
            **self.each_context(request),
            "title": _("This page cannot be asked that"),
            "reason": str(refusal),
        }
        return render(
            request, "console/base/unanswered.html", context, status=HTTPStatus.BAD_REQUEST
        )


class ConsoleSite(GatehouseSite):
    """The pages of one tenant, for those of its people whose role may enter."""

    sections = CONSOLE_SECTIONS

    def __init__(self, name: str = "console") -> None:
        super().__init__(name)

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and may_enter(request.user)

    @override
    def _page_urls(self) -> Iterator[URLPattern]:
        yield path(UNDO_ROUTE, self.admin_view(self.undo_view), name=UNDO_NAME)
        yield from super()._page_urls()

    def undo_view(self, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
        """Ask whoever may do the same before an action is undone, and have it undone."""
        return undo_page.undo_page(self, request, result_id)

    @override
    def scope_of(self, user: User) -> AbstractContextManager[None]:
        assert isinstance(user.tenant, Tenant)  # noqa: S101 - may_enter() asked for one
        return tenant_scope(user.tenant)

    @override
    def refusal_of(self, user: User) -> dict[str, Any]:
        return {"operator": user.is_operator}

    @override
    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if isinstance(request.user, User) and request.user.tenant:
            context["site_header"] = request.user.tenant.name
        pages = [page for each in context["available_apps"] for page in each["models"]]
        waiting = waiting_beside(request, {page.get("key", "") for page in pages})
        for page in pages:
            page["waiting"] = waiting.get(page.get("key", ""))
        return context

    @override
    def access_to(self, user: User, page: ConsolePage) -> Access:
        return access_of(user, page.access_key)

    @override
    def _page_entries(self, request: HttpRequest) -> dict[str, dict[str, Any]]:
        entries = {"dashboard": _entry("dashboard", _("Dashboard"), f"{self.name}:index")}
        for page in registered_pages():
            assert isinstance(request.user, User)  # noqa: S101 - only people inside see a menu
            if page.label and access_of(request.user, page.access_key):
                entries[page.name] = _entry(page.name, page.label, f"{self.name}:{page.name}")
        return entries


class PlatformSite(GatehouseSite):
    """The operators' pages, which span tenants."""

    site_header = _("Gatehouse platform")
    index_title = _("Platform")
    sections = PLATFORM_SECTIONS

    def __init__(self, name: str = "platform") -> None:
        super().__init__(name)

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    @override
    def scope_of(self, user: User) -> AbstractContextManager[None]:
        return every_tenant()

    @override
    def access_to(self, user: User, page: ConsolePage) -> Access:
        return EVERYTHING

    @override
    def refusal_of(self, user: User) -> dict[str, Any]:
        return {"platform": True}


def _mark_current(entries: list[dict[str, Any]], path: str) -> None:
    """Mark the entry of the page that is shown, or of the nearest page above it."""
    home = min((entry["admin_url"] or path for entry in entries), key=len, default="")
    above = [
        entry
        for entry in entries
        if entry["admin_url"]
        and path.startswith(entry["admin_url"])
        and (entry["admin_url"] == path or entry["admin_url"] != home)
    ]
    for entry in sorted(above, key=lambda each: len(each["admin_url"]))[-1:]:
        entry.get("above", entry)["is_current"] = True


def _entry(name: str, label: Any, url_name: str) -> dict[str, Any]:
    try:
        url: str | None = reverse(url_name)
    except NoReverseMatch:  # A page whose route needs values has no place in a menu.
        url = None
    return {"name": label, "object_name": name, "admin_url": url, "add_url": None, "perms": {}}


platform_site = PlatformSite()
