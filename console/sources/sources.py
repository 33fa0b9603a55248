"""*Inbound sources*: the list, the steps of setting one up, and the pages to change it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from typing_extensions import override

from console.base.access import Access
from console.base.questions import asks, is_empty, is_filters
from console.base.seen import seen_sources
from console.sources.forms import SourceNameForm, SourceOptionsForm
from console.sources.source_authorization import AuthorizationPage
from console.sources.source_catalogue import ENTRY, CataloguePage, is_entry
from console.sources.source_mapping import MappingPage
from console.sources.source_pages import SETTING_UP, steps_at
from scim.catalogue.reading import GENERIC, entry_of
from scim.models import BearerToken, Source
from scim.services import (
    SourceOptions,
    create_source,
    create_token,
    delete_source,
    update_source,
)
from scim.services.first_settings import first_options, first_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.urls import URLPattern
    from django.utils.safestring import SafeString


_asking_for_steps = asks(**{SETTING_UP: is_empty})


@admin.register(Source)
class SourceAdmin(CataloguePage, AuthorizationPage, MappingPage):
    """Sources with their status; a form for the options, pages for tokens and mapping."""

    form: Any = SourceOptionsForm
    list_display = ["name", "status", "last_request_at", "last_success_at", "last_failure"]
    actions: Any = None
    list_says = _("Identity providers that create, change and deactivate your people over SCIM.")
    empty_text = _(
        "No identity provider is connected yet. Add a source, or enable SCIM provisioning on the "
        "page SAML & SCIM, which makes the first one."
    )
    change_form_template = "console/sources/change_form.html"
    change_list_template = "console/sources/change_list.html"
    partial_rights: ClassVar[Any] = {Access.PAUSE: ("enabled",)}

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """Return the sources that a profile of the person lists; an admin sees all."""
        return super().get_queryset(request).filter(pk__in=seen_sources(request))

    @admin.display(description=_("Status"), ordering="enabled")
    def status(self, source: Source) -> SafeString:
        """Return a badge that says whether the source is let in."""
        text = _("Enabled") if source.enabled else _("Off")
        context = {"text": text, "kind": "good" if source.enabled else ""}
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("Last error"), ordering="last_error_at")
    def last_failure(self, source: Source) -> str:
        """Return when and why a request of the source was last refused."""
        if source.last_error_at is None:
            return "-"
        moment = date_format(localtime(source.last_error_at), "SHORT_DATETIME_FORMAT")
        return f"{moment}: {source.last_error}"[:160]

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: Source | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        kwargs["form"] = SourceOptionsForm if obj else SourceNameForm
        return super().get_form(request, obj, change, **kwargs)

    @override
    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return SourceOptionsForm.Meta.fields if obj else ("entry", *SourceNameForm.Meta.fields)

    @override
    @asks(**{ENTRY: is_entry}, _changelist_filters=is_filters)
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(*args, **kwargs)

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the entry of the catalogue that was picked."""
        return {"entry": request.GET[ENTRY]} if ENTRY in request.GET else {}

    @override
    @asks(**{SETTING_UP: is_empty}, _changelist_filters=is_filters)
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        setting_up = object_id is None or SETTING_UP in request.GET
        context: dict[str, Any] = {
            "show_save_and_continue": False,
            "sees_tokens": Access.VIEW in self.token_access(request),
        }
        if setting_up:
            context |= steps_at("options" if object_id else "basic")
        if object_id is None:
            context |= {"save_label": _("Save & Next"), "title": _("Add an inbound source")}
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    # --- Who may do what: a source begins and ends with its tokens -------------------------

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and Access.CHANGE in self.token_access(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and Access.CHANGE in self.token_access(request)

    # --- Writing --------------------------------------------------------------------------

    @override
    def create_object(self, obj: Source, form: Any) -> None:
        key = form.cleaned_data["entry"] or GENERIC
        options, tables = first_options(key, name=obj.name), first_tables(key)
        obj.pk = create_source(options=options, tables=tables).pk

    @override
    def change_object(self, obj: Source, form: Any) -> None:
        update_source(source=obj, options=SourceOptions.of(obj))

    @override
    def delete_object(self, obj: Source) -> None:
        delete_source(source=obj)

    @override
    def what_goes(self, objects: QuerySet[Source]) -> list[str]:
        alive = BearerToken.objects.filter(source__in=objects.values("pk"), revoked=None).count()
        tokens = ngettext(
            "%(n)s SCIM token: whoever uses it is refused from that moment.",
            "%(n)s SCIM tokens: whoever uses them is refused from that moment.",
            alive,
        )
        return [
            *([tokens % {"n": alive}] if alive else []),
            _t("Its attribute mapping. The people and groups that it provisioned stay."),
        ]

    @override
    def response_add(
        self, request: HttpRequest, obj: Source, post_url_continue: str | None = None
    ) -> HttpResponse:
        text = _("%(source)s is added. Enter its SCIM URL and token at your identity provider.")
        where = entry_of(request.POST.get("entry", GENERIC)).where
        said = f"{text % {'source': obj.name}} {where}"
        self.message_user(request, said, messages.SUCCESS)
        issued = create_token(source=obj)
        return self._show_token(request, obj, issued, setting_up=True)

    # --- Pages of one source --------------------------------------------------------------

    @override
    def get_urls(self) -> list[URLPattern]:
        pages = {"authorization": self.authorization_view, "mapping": self.mapping_view}
        catalogue = self.admin_site.admin_view(self.catalogue_view)
        return [
            path("catalogue/", catalogue, name="scim_source_catalogue"),
            *(
                path(
                    f"<int:source_id>/{name}/",
                    self.admin_site.admin_view(_asking_for_steps(partial(self._page_of, view))),
                    name=f"scim_source_{name}",
                )
                for name, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def _page_of(
        self,
        view: Callable[[HttpRequest, Source], HttpResponse],
        request: HttpRequest,
        source_id: int,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        source = self.get_queryset(request).filter(pk=source_id).first()
        if source is None:
            raise Http404
        return view(request, source)
