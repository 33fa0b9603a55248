"""The filter of lists whose rows belong to an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from typing_extensions import override

from console.base.seen import seen_applications

if TYPE_CHECKING:
    from django.http import HttpRequest


class ApplicationFilter(admin.RelatedFieldListFilter):
    """Every application that one sees, also one without rows: its own page links to the list."""

    @override
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(each.pk), each.name) for each in seen_applications(request)]

    @override
    def has_output(self) -> bool:
        return bool(self.lookup_choices)
