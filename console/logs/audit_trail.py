"""The audit trail, to search and to take away as CSV."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AuditEntry, User
from accounts.trail.labels import kind_in_words, model_of
from accounts.trail.search import MOST_OBJECTS, finding
from accounts.trail.telling import Told, as_text, tell
from console.base.cut_list import CutChangeList, CutPaginator
from console.base.exports import ExportedModelAdmin, ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.of_person import PersonFilter, linked
from console.base.seen import told_to
from console.logs.trail_kinds import KindFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


READ_FIELDS = ("at", "happened", "who", "object_link", "what_changed", "request_id")
CSV_HEADER = (
    *("time", "who", "what happened", "what changed", "object", "kind", "id", "action"),
    "request id",
)
_ROWS_AT_ONCE: Final = 500
_PERSON: Final = str(User._meta.model_name)


class ToldPersonFilter(PersonFilter):
    """Entries about one person."""

    @override
    def about(self, key: str) -> Q:
        return Q(target_type=_PERSON, target_id=key)


class TrailChangeList(CutChangeList):
    """A page of entries, which are put into words together."""

    @override
    def person_of(self, row: AuditEntry) -> object:
        return row.target_id if row.target_type == _PERSON else ""

    @override
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        for told in tell(self.result_list):
            told.entry.told = told


class AuditTrailAdmin(ExportedModelAdmin[AuditEntry], ReadModelAdmin[AuditEntry]):
    """Entries are read, never written: nobody may add, change or delete one."""

    export_name = "audit-trail"
    list_title = _("Audit trail")
    list_says = _("Who changed what, when, and in what way. Nothing here can be changed.")
    empty_text = _("Nothing has been recorded yet. Every change is, from the first one on.")
    change_title = _("Audit entry")
    list_display = ["at", "happened", "changed_in_short"]
    list_display_links = ["happened"]
    sortable_by: ClassVar[Any] = ()
    paginator = CutPaginator
    list_filter: ClassVar[Any] = [("at", admin.DateFieldListFilter), KindFilter]
    search_fields = ["target"]
    search_help_text = _(
        "User name, address or name of a person, also a former one; the name of a group, profile, "
        "source or product; or a request id"
    )
    list_per_page = 100
    actions: Any = None
    fields: ClassVar[Any] = READ_FIELDS
    readonly_fields: ClassVar[Any] = READ_FIELDS

    @override
    def has_history_permission(self, request: HttpRequest) -> bool:
        """An entry is written once, so it has no history."""
        return False

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TrailChangeList]:
        return TrailChangeList

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        if not search_term.strip():
            return queryset, False
        found = finding(search_term)
        if found.is_cut:
            cut = _("More than %(most)s are called so. Type more of the name to see all entries.")
            self.message_user(request, cut % {"most": MOST_OBJECTS}, messages.WARNING)
        return queryset.filter(found.condition), False

    @admin.display(description=_("What happened"))
    def happened(self, entry: AuditEntry) -> str:
        """Return who did what to whom."""
        return _told(entry).sentence

    @admin.display(description=_("Who"))
    def who(self, entry: AuditEntry) -> str:
        """Return who acted."""
        return _told(entry).who

    @admin.display(description=_("What changed"))
    def changed_in_short(self, entry: AuditEntry) -> SafeString:
        """Return the first few things that changed, for a list."""
        return _changes(entry, in_full=False)

    @admin.display(description=_("What changed"))
    def what_changed(self, entry: AuditEntry) -> SafeString:
        """Return everything that the entry tells, before and after."""
        return _changes(entry, in_full=True)

    @admin.display(description=_("About"))
    def object_link(self, entry: AuditEntry) -> str:
        """Return what the entry is about, with a link where there is a page of it."""
        if not entry.target:
            return "-"
        name: Any = entry.target
        if entry.page:
            name = format_html('<a href="{}">{}</a>', entry.page, name)
        return format_html("{} ({})", name, kind_in_words(entry.target_type))

    @override
    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AuditEntry | None:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.page = self._page_of_target(request, entry)
        return entry

    def _page_of_target(self, request: HttpRequest, entry: AuditEntry) -> str:
        """Return the page of the object, if it is still there and the person may see it."""
        model = model_of(entry.target_type)
        if model is None or model is AuditEntry or not self.admin_site.is_registered(model):
            return ""
        model_admin = self.admin_site.get_model_admin(model)
        if not model_admin.has_view_permission(request):
            return ""
        if model_admin.get_object(request, entry.target_id) is None:
            return ""
        opts = model._meta
        name = f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[entry.target_id])

    @override
    def export_header(self) -> Sequence[str]:
        return CSV_HEADER

    @override
    def export_rows(self, objects: QuerySet[AuditEntry]) -> Iterator[tuple[Any, ...]]:
        return _rows(objects)


@admin.register(AuditEntry)
class ConsoleAuditTrailAdmin(AuditTrailAdmin, ConsoleModelAdmin[AuditEntry]):
    """The tenant's own trail."""

    list_display = ["at", "happened", "person", "changed_in_short"]
    list_filter: ClassVar[Any] = [*AuditTrailAdmin.list_filter, ToldPersonFilter]

    @admin.display(description=_("Person"))
    def person(self, entry: AuditEntry) -> str:
        """Return whom the entry is about, if it is a person who is still there."""
        return linked(entry.target, entry.person_page) if entry.person_page else ""

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return told_to(request, super().get_queryset(request))

    @override
    def has_history_permission(self, request: HttpRequest) -> bool:
        return False


def _told(entry: AuditEntry) -> Told:
    """Return the entry in words, looked up once."""
    if entry.told is None:
        [entry.told] = tell([entry])
    return entry.told


def _changes(entry: AuditEntry, *, in_full: bool) -> SafeString:
    template = "changes" if in_full else "changes_in_short"
    return render_to_string(f"components/{template}.html", {"told": _told(entry)})


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[tuple[Any, ...]]:
    for batch in _batched(entries.iterator(chunk_size=_ROWS_AT_ONCE), _ROWS_AT_ONCE):
        for told in tell(batch):
            entry = told.entry
            yield (
                date_format(localtime(entry.at), "DATETIME_FORMAT"),
                told.who,
                told.sentence,
                as_text(told),
                entry.target,
                kind_in_words(entry.target_type) if entry.target_type else "",
                entry.target_id,
                entry.action,
                entry.request_id,
            )


def _batched(rows: Iterable[AuditEntry], size: int) -> Iterator[list[AuditEntry]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
