"""The audit trail, to search and to take away as CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.console.csv_export import csv_response
from accounts.console.model_admin import AuditedModelAdmin, ConsoleModelAdmin
from accounts.console.questions import judges_itself
from accounts.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

READ_FIELDS = (
    "at",
    "actor",
    "action",
    "target_type",
    "target_id",
    "target",
    "readable_details",
    "request_id",
)
CSV_HEADER = ("time", "who", "action", "kind", "id", "object", "details", "request id")


class AuditTrailAdmin(AuditedModelAdmin[AuditEntry]):
    """Entries are read, never written: nobody may add, change or delete one."""

    list_title = _("Audit trail")
    list_display = ["at", "actor", "action_name", "target", "readable_details"]
    list_filter = [("at", admin.DateFieldListFilter), "action"]
    search_fields = ["actor", "action", "target", "target_id", "request_id"]
    search_help_text = _("Who, action, object, its id or a request id")
    list_per_page = 100
    actions: Any = None
    change_list_template = "admin/accounts/auditentry/change_list.html"
    fields: ClassVar[Any] = READ_FIELDS
    readonly_fields: ClassVar[Any] = READ_FIELDS

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    @admin.display(description=_("Action"), ordering="action")
    def action_name(self, entry: AuditEntry) -> SafeString:
        """Return the action in the type of code."""
        return format_html("<code>{}</code>", entry.action)

    @admin.display(description=_("Details"))
    def readable_details(self, entry: AuditEntry) -> str:
        """Return the details that say something, as lines of ``name: value``."""
        lines = (
            (name.replace("_", " "), readable(value))
            for name, value in entry.details.items()
            if value not in ("", None)
        )
        return format_html_join("", "<div>{}: {}</div>", lines) or "-"

    @override
    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="accounts_auditentry_export"), *super().get_urls()]

    @judges_itself
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the entries that the list shows, with its search and filters, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        entries = self.get_changelist_instance(request).get_queryset(request)
        return csv_response(name="audit-trail", header=CSV_HEADER, rows=_rows(entries))


@admin.register(AuditEntry)
class ConsoleAuditTrailAdmin(AuditTrailAdmin, ConsoleModelAdmin[AuditEntry]):
    """The tenant's own trail."""


def readable(value: Any) -> str:
    """Return a value of ``details`` for a person to read.

    >>> readable(["email", "active"]), readable(True), readable("")
    ('email, active', 'yes', '-')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(readable(each) for each in value) or "-"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "-" if value is None or value == "" else str(value)


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[tuple[Any, ...]]:
    for entry in entries.iterator(chunk_size=1000):
        details = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
        moment = entry.at.isoformat(timespec="seconds")
        yield (
            moment,
            entry.actor,
            entry.action,
            entry.target_type,
            entry.target_id,
            entry.target,
            details,
            entry.request_id,
        )
