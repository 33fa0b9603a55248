"""*SCIM request log*: search, filters, one request in full, CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.console.csv_export import csv_response
from accounts.console.model_admin import ConsoleModelAdmin
from accounts.console.questions import judges_itself
from scim.models import RequestLogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern
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
_SHOWN: Any = [
    "at",
    "source_name",
    "token_name",
    "client",
    "user_agent",
    "method",
    "route",
    "resource_id",
    "outcome",
    "scim_type",
    "detail",
    "duration",
    "request",
    "response",
]
_CLASSES = {"2": _("Success"), "3": _("Not modified"), "4": _("Refused"), "5": _("Failed")}
_KINDS = {2: "good", 3: "info", 4: "warn", 5: "bad"}
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


@admin.register(RequestLogEntry)
class RequestLogAdmin(ConsoleModelAdmin[RequestLogEntry]):
    """What sources asked for and what they were answered."""

    list_display = [
        "at",
        "source_name",
        "method",
        "route",
        "outcome",
        "scim_type",
        "resource_id",
        "duration",
    ]
    list_filter = [
        ("source", admin.RelatedOnlyFieldListFilter),
        OutcomeFilter,
        MethodFilter,
        ("at", admin.DateFieldListFilter),
    ]
    search_fields = [
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
    ]
    search_help_text = _("Source, token, client, method, route, resource, status, type or detail")
    empty_text = _(
        "No identity provider has called yet. Enter SCIM URL and SCIM token there, then test the "
        "connection."
    )
    ordering = ["-at", "-id"]
    actions: Any = None
    change_list_template = "admin/scim/requestlogentry/change_list.html"
    fields = _SHOWN
    readonly_fields = _SHOWN

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(
        self, request: HttpRequest, obj: RequestLogEntry | None = None
    ) -> bool:
        return False

    @override
    def has_delete_permission(
        self, request: HttpRequest, obj: RequestLogEntry | None = None
    ) -> bool:
        return False

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
    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="scim_requestlogentry_export"), *super().get_urls()]

    @judges_itself
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return what the list shows, with its search and filters, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        entries = self.get_changelist_instance(request).get_queryset(request)
        return csv_response(name="scim-requests", header=CSV_HEADER, rows=_rows(entries))


def _rows(entries: QuerySet[RequestLogEntry]) -> Iterator[list[Any]]:
    for entry in entries.iterator(chunk_size=1000):
        yield [getattr(entry, name) for name in CSV_HEADER]


def _body(body: Any) -> str:
    if body is None:
        return str(_("Not recorded."))
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return format_html('<pre class="gh-scroll" tabindex="0">{}</pre>', text)
