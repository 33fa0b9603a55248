"""*Applications*: the list, the catalogue, the steps of the set-up, and the pages afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin, messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.applications.actions import ActionPages
from console.applications.catalogue_page import ENTRY, CataloguePage, is_entry
from console.applications.connection_page import ConnectionPages
from console.applications.drift_page import DriftPage
from console.applications.forms import NewApplicationForm
from console.applications.import_page import ImportPages
from console.applications.mapping_page import MappingPages
from console.applications.one_person import OnePersonPage
from console.applications.overview import OverviewPage
from console.applications.plan_page import PlanPages
from console.applications.roles_page import RolesPage
from console.applications.scope_page import SCOPE, SWITCHES
from console.applications.simple_pages import BASIC, LEAVING
from console.applications.status import status_of
from console.applications.who_is_there import who_is_there
from console.base.counting import Number
from console.base.moments import told
from console.base.questions import asks, is_filters, is_page, judges_itself
from provisioning.engine.figures import last_changes_of, tiles_of
from provisioning.models import Application, Link
from provisioning.services.applications import (
    create_application,
    delete_application,
    empty_application,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.db.models import QuerySet
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from console.applications.settings_page import SettingsPage
    from provisioning.engine.figures import Tiles

WHO_IS_THERE: Final = "leaving"
REMOVE: Final = "remove"
"""What the question before a deletion sends for who wants everybody to leave first."""
_SAID: Final = 3
"""Applications that the sentence over the list names."""
_SETTINGS: Final = (BASIC, SCOPE, SWITCHES, LEAVING)


@admin.register(Application)
class ApplicationAdmin(
    CataloguePage,
    ConnectionPages,
    MappingPages,
    RolesPage,
    PlanPages,
    OnePersonPage,
    DriftPage,
    ActionPages,
    ImportPages,
    OverviewPage,
):
    """Applications with how they stand; a page for each part of their set-up."""

    form: Any = NewApplicationForm
    list_title = _("Applications")
    list_display = [
        *("name", "how_it_is", "in_step", "waiting", "quarantined", "last_change", "assigned_to")
    ]
    search_fields = ["name", "base_url"]
    search_help_text = _("Name or address")
    list_says = _("Where your people are pushed to, and how far each application is in step.")
    empty_text = _(
        "No application is connected yet. Add one, and the people of its groups arrive there."
    )
    actions: Any = None
    change_list_template = "console/applications/change_list.html"
    delete_confirmation_template = "console/applications/delete.html"

    # --- The list -------------------------------------------------------------------------

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the catalogue as well, and to the conflicts."""
        catalogue = self.url_of("catalogue") if self.has_full_permission(request) else ""
        context = {"catalogue_url": catalogue, **(extra_context or {})}
        response = super().changelist_view(request, context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None and listed.result_list:
            _read(listed.result_list)
            response.context_data["says"] = self._says(listed.result_list)  # type: ignore[attr-defined]
        return response

    def _says(self, applications: Iterable[Application]) -> str:
        """Return what needs somebody, application by application; else that nothing does."""
        needing = [
            f"{application.name}: {status.text}."
            for application in applications
            if (status := status_of(application, _tiles(application))).needs_somebody
        ]
        return " ".join(needing[:_SAID]) or str(_("Everything is in step or on the way."))

    @admin.display(description=_("State"))
    def how_it_is(self, application: Application) -> SafeString:
        """Return the worst that is to be said of it, as a badge."""
        status = status_of(application, _tiles(application))
        context = {"text": status.text, "kind": status.kind}
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("In step"))
    def in_step(self, application: Application) -> Number:
        """Return how many people are as they should be there."""
        numbers = _tiles(application)
        return Number(numbers.in_step, numbers.is_exact)

    @admin.display(description=_("Waiting"))
    def waiting(self, application: Application) -> int:
        """Return how many changes are on their way."""
        return _tiles(application).waiting

    @admin.display(description=_("Stuck"))
    def quarantined(self, application: Application) -> int:
        """Return how many people are stuck."""
        numbers = _tiles(application)
        return numbers.quarantined + numbers.failed

    @admin.display(description=_("Last change"))
    def last_change(self, application: Application) -> Any:
        """Return when something was last done there."""
        moment: datetime | None = application.shown_change  # type: ignore[attr-defined]
        return told(moment) if moment else "-"

    @admin.display(description=_("Assigned to"))
    def assigned_to(self, application: Application) -> str:
        """Return the names of what is assigned."""
        return ", ".join(str(each) for each in application.assignments.all()) or "-"

    # --- A new one: the first step --------------------------------------------------------

    @override
    @asks(**{ENTRY: is_entry}, _changelist_filters=is_filters)
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(*args, **kwargs)

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {
            "save_label": _("Save & Next"),
            "title": _("Add an application"),
            "says": _("Nothing is sent before the last step, and you see a plan first."),
        }
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the entry of the catalogue that was picked."""
        return {"catalogue_key": request.GET[ENTRY]} if ENTRY in request.GET else {}

    @override
    def get_fields(self, request: HttpRequest, obj: Application | None = None) -> Any:
        return NewApplicationForm.Meta.fields

    @override
    def create_object(self, obj: Application, form: Any) -> None:
        made = create_application(catalogue_key=obj.catalogue_key, name=obj.name)
        obj.pk = made.pk

    @override
    def response_add(
        self, request: HttpRequest, obj: Application, post_url_continue: str | None = None
    ) -> HttpResponse:
        text = _("%(name)s is added. Nothing is sent before its first plan.")
        self.message_user(request, text % {"name": obj.name}, messages.SUCCESS)
        return redirect(self.url_of("connection", obj.pk))

    # --- Pages of one application ---------------------------------------------------------

    @override
    @asks(_changelist_filters=is_filters)
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show how the application stands."""
        if not self.has_view_permission(request):
            return super().change_view(request, object_id)
        return self.overview_view(request, self.one(request, object_id))

    @override
    def get_urls(self) -> list[URLPattern]:
        catalogue = self.admin_site.admin_view(self.catalogue_view)
        settings = {page.name: partial(self._settings_page, page) for page in _SETTINGS}
        views: dict[str, Callable[..., HttpResponse]] = {
            **settings,
            **self.mapping_views(),
            **self.action_views(),
            "connection": self.connection_view,
            "test": self.posted_test_view,
            "roles": self.roles_view,
            "plan": self.plan_view,
            "held": self.held_view,
            "import_rule": self.import_rule_view,
        }
        return [
            path("catalogue/", catalogue, name="provisioning_application_catalogue"),
            *(self.page_of(name, view) for name, view in views.items()),
            self.page_of("drift", self.drift_view, page=is_page),
            self.page_of("import", self.import_view, part=self.asks_for_progress),
            self.page_of("one_person", self.one_person_view, person=self.names_somebody),
            *super().get_urls(),
        ]

    def _settings_page(
        self, page: SettingsPage, request: HttpRequest, application: Application
    ) -> HttpResponse:
        return self.settings_view(request, application, page)

    # --- Deleting -------------------------------------------------------------------------

    @override
    def delete_model(self, request: HttpRequest, obj: Application) -> None:
        """Delete it, or let everybody leave it first, as was chosen."""
        if request.POST.get(WHO_IS_THERE) == REMOVE:
            empty_application(application=obj)
        else:
            delete_application(application=obj)

    @override
    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        if request.POST.get(WHO_IS_THERE) != REMOVE:
            return super().response_delete(request, obj_display, obj_id)
        text = _(
            "%(what)s leave %(name)s now. Delete it when nothing waits any more; its page says "
            "what it refuses."
        )
        there = who_is_there(Link.objects.filter(application=int(obj_id)))
        told = {"name": obj_display, "what": there.in_words() or _("Nobody is there: none")}
        self.message_user(request, text % told, messages.WARNING)
        return redirect(self.url_of("change", obj_id))

    @override
    def what_goes(self, objects: QuerySet[Application]) -> list[str]:
        there = who_is_there(Link.objects.filter(application__in=objects.values("pk")))
        links = _("What we know of who is there: %(what)s.")
        return [
            *([str(links) % {"what": there.in_words()}] if there.in_words() else []),
            *there.if_removed(),
            str(_("Its mapping, roles and log. The audit trail stays.")),
        ]


def _read(applications: Iterable[Application]) -> None:
    """Read what the columns show, of all rows at once."""
    rows = list(applications)
    numbers, changes = tiles_of(rows), last_changes_of(rows)
    for row in rows:
        row.shown_tiles = numbers[row.pk]  # type: ignore[attr-defined]
        row.shown_change = changes.get(row.pk)  # type: ignore[attr-defined]
    prefetch_related_objects(rows, "assignments__group", "assignments__profile")


def _tiles(application: Application) -> Tiles:
    found: Tiles = application.shown_tiles  # type: ignore[attr-defined]
    return found
