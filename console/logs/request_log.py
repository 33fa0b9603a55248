"""*SCIM request log*: search, filters, one request in full, CSV."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.base.cut_list import CutChangeList, CutPaginator
from console.base.exports import ExportedModelAdmin, ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.of_person import PersonFilter, linked, with_people
from console.base.seen import seen_sources, sees_all
from scim.models import RequestLogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

CSV_HEADER = (
    "at",
    "source_name",
    "token_name",
    "client",
    "user_agent",
    "method",
    "route",
    "resource_id",
    "status",
    "scim_type",
    "detail",
    "duration_ms",
)
_DRAWN: Any = {"status": "outcome", "duration_ms": "duration", "resource_id": "resource"}
"""What the page shows in the place of a column."""

_SHOWN: Any = [*(_DRAWN.get(name, name) for name in CSV_HEADER), "request", "response"]
_CLASSES = {"2": _("Success"), "3": _("Not modified"), "4": _("Refused"), "5": _("Failed")}
_KINDS = {2: "good", 3: "off", 4: "warn", 5: "bad"}
_OF_A_CLASS = 100


class OutcomeFilter(admin.SimpleListFilter):
    """Requests by the first digit of their status."""

    title = _("outcome")
    parameter_name = "outcome"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(digit, f"{digit}xx: {label}") for digit, label in _CLASSES.items()]

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RequestLogEntry]
    ) -> QuerySet[RequestLogEntry]:
        value = self.value()
        if value not in _CLASSES:
            return queryset
        start = int(value) * _OF_A_CLASS
        return queryset.filter(status__gte=start, status__lt=start + _OF_A_CLASS)


class MethodFilter(admin.SimpleListFilter):
    """Requests by their method."""

    title = _("method")
    parameter_name = "method"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, name) for name in ("GET", "POST", "PUT", "PATCH", "DELETE")]

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RequestLogEntry]
    ) -> QuerySet[RequestLogEntry]:
        return queryset.filter(method=self.value()) if self.value() else queryset


class RequestedPersonFilter(PersonFilter):
    """Requests that named one person by their id."""

    column = "resource_id"


class RequestChangeList(CutChangeList):
    """A page of requests, each of which leads to the person that it named."""

    column = "resource_id"


@admin.register(RequestLogEntry)
class RequestLogAdmin(
    ExportedModelAdmin[RequestLogEntry],
    ReadModelAdmin[RequestLogEntry],
    ConsoleModelAdmin[RequestLogEntry],
):
    """What sources asked for and what they were answered."""

    export_name = "scim-requests"
    list_display = [
        "at",
        "source_name",
        "method",
        "route",
        "outcome",
        "scim_type",
        "resource",
        "duration",
    ]
    paginator = CutPaginator
    list_filter = [
        ("source", admin.RelatedOnlyFieldListFilter),
        OutcomeFilter,
        MethodFilter,
        RequestedPersonFilter,
        ("at", admin.DateFieldListFilter),
    ]
    search_fields = [name for name in CSV_HEADER if name not in {"at", "duration_ms"}]
    search_help_text = _("Source, token, client, method, route, resource, status, type or detail")
    list_says = _(
        "Every SCIM request of an identity provider, what it asked and what it was answered."
    )
    empty_text = _(
        "No identity provider has called yet. Enter SCIM URL and SCIM token there, then test the "
        "connection."
    )
    ordering = ["-at", "-id"]
    actions: Any = None
    fields = _SHOWN
    readonly_fields = _SHOWN

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[RequestLogEntry]:
        """Return the requests of sources that the person sees; an admin sees deleted ones', too."""
        entries = super().get_queryset(request)
        return entries if sees_all(request) else entries.filter(source__in=seen_sources(request))

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RequestChangeList]:
        return RequestChangeList

    @override
    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> RequestLogEntry | None:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            with_people(request, [entry], attrgetter("resource_id"))
        return entry

    @admin.display(description=_("Resource"), ordering="resource_id")
    def resource(self, entry: RequestLogEntry) -> str:
        """Return the id that the request named; a person who is still there has a page."""
        return linked(entry.resource_id, entry.person_page)

    @admin.display(description=_("Status"), ordering="status")
    def outcome(self, entry: RequestLogEntry) -> SafeString:
        """Return the status as a badge."""
        kind = _KINDS.get(entry.status // _OF_A_CLASS, "")
        return render_to_string(
            "components/status_badge.html", {"text": entry.status, "kind": kind}
        )

    @admin.display(description=_("Milliseconds"), ordering="duration_ms")
    def duration(self, entry: RequestLogEntry) -> str:
        """Return the duration with one digit after the point."""
        return f"{entry.duration_ms:.1f}"

    @admin.display(description=_("Request body"))
    def request(self, entry: RequestLogEntry) -> str:
        """Return the body that was sent, or why there is none."""
        return _body(entry.request_body)

    @admin.display(description=_("Response body"))
    def response(self, entry: RequestLogEntry) -> str:
        """Return the body that was answered, or why there is none."""
        return _body(entry.response_body)

    @override
    def export_header(self) -> Sequence[str]:
        return CSV_HEADER

    @override
    def export_rows(self, objects: QuerySet[RequestLogEntry]) -> Iterator[list[Any]]:
        for entry in objects.iterator(chunk_size=1000):
            yield [getattr(entry, name) for name in CSV_HEADER]


def _body(body: Any) -> str:
    if body is None:
        return str(_("Not recorded."))
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return format_html('<pre class="gh-scroll" tabindex="0">{}</pre>', text)
