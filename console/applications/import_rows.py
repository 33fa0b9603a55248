"""*Found there*: what imports have read, and what was decided about each account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.identifiers import read_number
from accounts.models import User
from accounts.posted_forms.shown import Fact, page_of, seal
from accounts.posted_forms.submissions import StaleFormError, Submission, answered
from console.applications.import_actions import CreateMany, IgnoreMany, LinkMany
from console.applications.import_compared import compared
from console.applications.import_forms import Decision, DecisionForm, named_here
from console.applications.of_application import ApplicationFilter
from console.base.access import Access, access_of
from console.base.exports import ExportedModelAdmin, ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks, is_filters
from console.base.seen import seen_applications
from provisioning.engine.for_a_page import asking_for_a_page
from provisioning.importing.asking import Asking
from provisioning.importing.deciding import create_found, ignore_found, link_found
from provisioning.importing.standing import left_host
from provisioning.models import Application, Import, ImportRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from accounts.posted_forms.shown import Page

_KINDS = {"linked": "good", "candidate": "busy", "unassigned": "", "orphan": "warn"}
_PORTION = 500


@admin.register(ImportRow)
class ImportRowAdmin(
    ReadModelAdmin[ImportRow], ExportedModelAdmin[ImportRow], ConsoleModelAdmin[ImportRow]
):
    """The rows of the imports that count, to be decided one by one or many at once."""

    list_title = _("Found by imports")
    list_display = ["name", "state", "in_bucket", "application", "user_name", "here"]
    list_filter: ClassVar[Any] = [
        "state",
        "bucket",
        "kind",
        ("application", ApplicationFilter),
        "doubt",
    ]
    search_fields = ["name", "user_name", "remote_id", "object_name"]
    search_help_text = _("Name, user name or id")
    list_says = _("What stands at applications already. Nothing is changed until you decide.")
    empty_text = _("Nothing was imported yet. Import from the page of an application.")
    ordering: ClassVar[Any] = ["-pk"]
    export_name = "imports"
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError,)
    actions: Any = ("link_many", "create_many", "ignore_many")

    link_many = LinkMany(
        description=_("Link accounts that were found"), permissions=["decide"], button=_("Link")
    )
    create_many = CreateMany(
        description=_("Create here what was found"),
        permissions=["decide"],
        button=_("Create here"),
    )
    ignore_many = IgnoreMany(
        description=_("Leave accounts alone"), permissions=["decide"], button=_("Leave alone")
    )

    def rows_of(self, request: HttpRequest) -> QuerySet[ImportRow]:
        """Return every row at the applications that the person sees, of older imports as well."""
        rows = super().get_queryset(request).select_related("application", "batch")
        return rows.filter(application__in=seen_applications(request))

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRow]:
        """Return the rows of the imports that count, at the applications that the person sees."""
        return self.rows_of(request).filter(batch__state=Import.State.READ)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the person may decide: it is a change of the application."""
        if not isinstance(request.user, User):
            return False
        return Access.CHANGE in access_of(request.user, Application._meta.label_lower)

    @admin.display(description=_("Bucket"), ordering="bucket")
    def in_bucket(self, row: ImportRow) -> SafeString:
        """Return the bucket as a badge."""
        context = {"text": row.get_bucket_display(), "kind": _KINDS[row.bucket]}
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("Here"), ordering="object_name")
    def here(self, row: ImportRow) -> str:
        """Return whose it is here, or what is unclear."""
        return row.object_name or row.get_doubt_display() or "-"

    @override
    def export_header(self) -> Sequence[str]:
        return ["application", "kind", "bucket", "name", "user_name", "id_there", "here", "state"]

    @override
    def export_rows(self, objects: QuerySet[ImportRow]) -> Iterator[Sequence[Any]]:
        for row in objects.iterator(chunk_size=_PORTION):
            head = [row.application.name, row.kind, row.bucket, row.name, row.user_name]
            yield [*head, row.remote_id, row.object_id, row.state]

    # --- One row --------------------------------------------------------------------------

    @override
    @asks(_changelist_filters=is_filters)
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show an account beside ours, and decide about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return answered(request, lambda: self._row_page(request, object_id))

    def _row_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._of_an_import_before(request, object_id)
        named = named_here(row)
        now, about = _shown(row, named), f"found:{row.pk}"
        form = DecisionForm(row=row, named=named)
        context: dict[str, Any] = {"version": seal(now, about)}
        if request.method == "POST":
            if not self.has_decide_permission(request):
                raise PermissionDenied
            submission = Submission(about, request.POST, now)
            form = DecisionForm(submission.data, row=row, named=named)
            context["version"] = submission.version
            if submission.is_stale:
                self.note_stale(request, submission, str(row.pk))
                messages.error(request, str(submission.refusal))
                context["differences"] = submission.differences()
            elif form.is_valid() and self._decided(request, row, form):
                return redirect(self.url_of("changelist"))
        site = self.admin_site.name
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "row": row,
            "title": row.name,
            "form": form,
            "badge": _KINDS[row.bucket],
            "is_open": _is_open(row) and self.has_decide_permission(request),
            "compared": compared(row, [key for key, _name in named]),
            "named": [name for _key, name in named],
            "import_url": reverse(
                f"{site}:provisioning_application_import", args=[row.application_id]
            ),
        }
        request.current_app = site
        return TemplateResponse(request, "console/applications/found.html", context)

    def _of_an_import_before(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say why nothing is decided about a row that was shown and counts no more."""
        rows = self.rows_of(request).exclude(batch__state=Import.State.READING)
        key = read_number(object_id)
        row = rows.filter(pk=key).first() if key else None
        if row is None:
            raise Http404
        is_left = row.batch.state == Import.State.LEFT
        text = left_host() if is_left else _("A newer import has been read. Look at what it found.")
        messages.error(request, str(text))
        return redirect(self.url_of("changelist"))

    def _decided(self, request: HttpRequest, row: ImportRow, form: DecisionForm) -> bool:
        """Carry a decision out, or put on the form why that was refused."""
        choice, object_id = form.decision()
        try:
            if choice is Decision.IGNORE:
                ignore_found(row=row)
            else:
                with asking_for_a_page(row.application), Asking() as asking:
                    seen = asking.look_at(row.pk)
                if choice is Decision.CREATE:
                    create_found(row=row, seen=seen)
                else:
                    fill = form.cleaned_data.get("fill", [])
                    link_found(row=row, seen=seen, object_id=object_id, fill=fill)
        except StaleFormError:
            raise
        except self.refusals as refusal:
            self.note_refusal(request, refusal, str(row.pk))
            form.add_error("choice", str(refusal))
            return False
        self.message_user(request, _("Decided: %(name)s.") % {"name": row}, messages.SUCCESS)
        return True


def _is_open(row: ImportRow) -> bool:
    return row.state in {ImportRow.State.WAITING, ImportRow.State.IGNORED}


def _shown(row: ImportRow, named: Sequence[tuple[str, str]]) -> Page:
    facts = {"state": Fact(str(_("Decision")), str(row.get_state_display()))}
    return page_of(DecisionForm(row=row, named=named), facts=facts)
