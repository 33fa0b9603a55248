"""The base of every list and form of a tenant's console.

Who may do what comes from the table of access, and rows come from the tenant's scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.http import HttpRequest
from typing_extensions import override

from accounts.models import User
from console.base.access import Access, access_of
from console.base.audited_admin import AuditedModelAdmin
from console.base.seen import told_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from accounts.models import AuditEntry

_ModelT = TypeVar("_ModelT", bound=models.Model)


class ConsoleModelAdmin(AuditedModelAdmin[_ModelT]):
    """A list and form of the console: who may do what is read from the access table."""

    partial_rights: ClassVar[Mapping[Access, tuple[str, ...]]] = {}
    """The fields of the form that a right short of *change* opens."""

    def access(self, request: HttpRequest) -> Access:
        """Return what the signed-in person may do on this model's pages."""
        if not isinstance(request.user, User):
            return Access.NONE
        return access_of(request.user, self.opts.label_lower)

    def open_fields(self, request: HttpRequest, obj: _ModelT | None = None) -> frozenset[str]:
        """Return the fields that somebody may fill in who may not change everything."""
        access = self.access(request)
        return frozenset(
            name
            for right, names in self.partial_rights.items()
            if right in access
            for name in names
        )

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return Access.VIEW in self.access(request)

    @override
    def has_view_permission(self, request: HttpRequest, obj: _ModelT | None = None) -> bool:
        return Access.VIEW in self.access(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_full_permission(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: _ModelT | None = None) -> bool:
        return self.has_full_permission(request) or bool(self.open_fields(request, obj))

    @override
    def has_delete_permission(self, request: HttpRequest, obj: _ModelT | None = None) -> bool:
        return self.has_full_permission(request)

    def has_full_permission(self, request: HttpRequest) -> bool:
        """Whether the person may do everything here: actions ask for it as *full*."""
        return Access.CHANGE in self.access(request)

    @override
    def trail_told(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return told_to(request, super().trail_told(request))

    @override
    def has_history_permission(self, request: HttpRequest) -> bool:
        return Access.HISTORY in self.access(request)

    @override
    def has_export_permission(self, request: HttpRequest) -> bool:
        return Access.EXPORT in self.access(request)

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: _ModelT | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        if not self.partial_rights or self.has_full_permission(request):
            return fixed
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))
        closed = [name for name in shown if name not in self.open_fields(request, obj)]
        return tuple(dict.fromkeys([*fixed, *closed]))

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: _ModelT | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if self.partial_rights and not self.has_full_permission(request):
            # Fields that a form declares itself stand in it, whatever the page shows.
            opened = self.open_fields(request, obj)
            form.base_fields = {
                name: field for name, field in form.base_fields.items() if name in opened
            }
            form.not_for = request.user.pk
        return form
