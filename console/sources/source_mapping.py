"""*Attribute mapping*: the two tables of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import Submission, answered
from console.base.access import Access
from console.sources.forms import mapping_formset
from console.sources.versions import (
    about_mapping,
    add_row,
    mapping_shown,
    store_tables,
    stored_rows,
)
from scim.models import Resource, Source
from scim.services.mappings import (
    deciding_fields,
)
from scim.sources.field_labels import FIELD_LABELS

if TYPE_CHECKING:
    from accounts.posted_forms.submissions import Difference


from console.sources.source_pages import SETTING_UP, SourcePages, steps_at

_EMPTY_ROWS = 1


class MappingPage(SourcePages):
    """Shows and stores which SCIM attribute fills which field."""

    def mapping_view(self, request: HttpRequest, source: Source) -> HttpResponse:
        """Show and store the two mapping tables; *Add a row* gives one more empty row."""
        return answered(request, lambda: self._mapping(request, source))

    def _mapping(self, request: HttpRequest, source: Source) -> HttpResponse:
        setting_up = SETTING_UP in request.GET
        everything = self.has_full_permission(request)
        stored = {resource: stored_rows(source, resource) for resource in Resource.values}
        locked = {each: () if everything else deciding_fields(each) for each in stored}
        submission: Submission | None = None
        if request.method == "POST":
            if Access.MAPPING not in self.access(request):
                raise PermissionDenied
            submission = Submission(
                about_mapping(source), request.POST, mapping_shown(source, locked)
            )
        data = submission.data if submission else None
        is_adding = data is not None and "add-row" in data
        if data is not None and is_adding:
            add_row(data)
        tables = [
            (
                Resource(each),
                mapping_formset(each, rows, data, extra=_EMPTY_ROWS, locked=locked[each]),
            )
            for each, rows in stored.items()
        ]
        differences: list[Difference] = []
        if submission and submission.is_stale:
            differences = submission.differences(self.entries_since(request, source, submission))
        if submission and submission.is_stale and not is_adding:
            self.note_stale(request, submission, str(source.pk))
            messages.error(request, str(submission.refusal))
        elif submission and not is_adding and all(table.is_valid() for _resource, table in tables):
            reason = store_tables(source, tables, submission, locked, everything=everything)
            if reason is None:
                return self._after_mapping(request, source, setting_up=setting_up)
            messages.error(request, reason)
        context = {
            "title": _("Attribute mapping"),
            "tables": tables,
            "is_adding": is_adding,
            "version": submission.version
            if submission
            else seal(mapping_shown(source, locked), about_mapping(source)),
            "differences": differences,
            "field_labels": FIELD_LABELS,
            "may_change": Access.MAPPING in self.access(request),
            "save_label": _("Save & Next") if setting_up else _("Save"),
            **(steps_at("mapping") if setting_up else {}),
        }
        return self.render_page(request, source, "console/sources/mapping.html", context)

    def _after_mapping(
        self, request: HttpRequest, source: Source, *, setting_up: bool
    ) -> HttpResponse:
        self.message_user(request, _("The mapping is saved."), messages.SUCCESS)
        if setting_up:
            return redirect(f"{self.url_of('change', source.pk)}?{SETTING_UP}")
        return redirect(self.url_of("mapping", source.pk))
