"""Lists that can be taken away, and lists whose rows are only read."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import URLPattern, path
from typing_extensions import override

from console.base.audited_admin import AuditedModelAdmin
from console.base.csv_export import csv_response
from console.base.questions import judges_itself

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_ModelT = TypeVar("_ModelT", bound=models.Model)


class ExportedModelAdmin(AuditedModelAdmin[_ModelT]):
    """A list that who may export can take away as CSV, with its search and filters.

    Attributes:
        export_name: How the file is called, before the date.
    """

    export_name: ClassVar[str]

    @abstractmethod
    def export_header(self) -> Sequence[str]:
        """Return the titles of the columns."""

    @abstractmethod
    def export_rows(self, objects: QuerySet[_ModelT]) -> Iterable[Sequence[Any]]:
        """Return a row for each of ``objects``, read a portion at a time."""

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the same rows as CSV."""
        page = self.url_of("export") if self.has_export_permission(request) else ""
        return super().changelist_view(request, {"export_page": page, **(extra_context or {})})

    @override
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name=name), *super().get_urls()]

    @judges_itself
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return what the list shows, with its search and filters, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        objects = self.get_changelist_instance(request).get_queryset(request)
        return csv_response(
            name=self.export_name, header=self.export_header(), rows=self.export_rows(objects)
        )


class ReadModelAdmin(AuditedModelAdmin[_ModelT]):
    """Rows that nobody adds, changes or deletes here."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: _ModelT | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: _ModelT | None = None) -> bool:
        return False
