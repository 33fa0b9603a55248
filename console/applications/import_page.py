"""*Import*: what stands at an application is read, now or by a schedule, and sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import AccountError
from accounts.jobs.state import living_workers
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, came_back, is_as_seen
from console.applications.import_forms import ReadForm, RuleForm
from console.applications.run_progress import RunProgress
from console.applications.settings_page import SettingsPage, SettingsPages
from console.base.access import Access
from provisioning.importing.rules import RULE_FIELDS, rule_of, set_import_rule
from provisioning.importing.starting import begin_import
from provisioning.models import Import, ImportRow
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from provisioning.models import Application

PART: Final = "progress"
_LATEST: Final = 10
_KINDS: Final = {
    Import.State.READING: "busy",
    Import.State.READ: "good",
    Import.State.INCOMPLETE: "warn",
    Import.State.REPLACED: "",
    Import.State.LEFT: "",
}
_MARKS: Final = {"linked": "good", "candidate": "busy", "unassigned": "off", "orphan": "warn"}

RULE: Final = SettingsPage(
    name="import_rule",
    form=lambda application, data: RuleForm(data, application=application),
    store=lambda application, form: set_import_rule(
        application=application,
        values={name: form.cleaned_data[name] for name in RULE_FIELDS},
    ),
    title=gettext_lazy("Import by a schedule"),
    template="import_rule.html",
)


class ImportPages(SettingsPages):
    """Begins imports of an application, and shows what they found."""

    @staticmethod
    def asks_for_progress(value: str) -> bool:
        """Accept what asks for the part of the page that says how far reading is."""
        return value == PART

    def import_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show the latest imports and what counts of them; begin another."""
        self.require(request, Access.CHANGE)
        form = ReadForm()
        if request.method == "POST":
            form = ReadForm(request.POST)
            if LOOK_AGAIN in request.POST:
                messages.warning(request, str(came_back()))
            elif not is_as_seen(_about(application), request.POST, _latest(application)):
                messages.error(request, str(SEEN_OTHERWISE))
                return redirect(self.url_of("import", application.pk))
            elif form.is_valid() and self._begun(request, application, form):
                return redirect(self.url_of("import", application.pk))
        under_way = Import.objects.filter(application=application, state=Import.State.READING)
        progress = _progress(list(under_way))
        over_url = self.url_of("import", application.pk)
        if "part" in request.GET:
            part = {"progress": progress, "over_url": over_url}
            return TemplateResponse(request, "console/applications/progress.html", part)
        rule = rule_of(application)
        context = {
            "title": _("Import"),
            "form": form,
            "version": seal(_latest(application), _about(application)),
            "imports": [
                {"import": each, "badge": _KINDS[Import.State(each.state)]}
                for each in Import.objects.filter(application=application)[:_LATEST]
            ],
            "found": list(self._counting(application)),
            "progress": progress,
            "over_url": over_url,
            "rule": rule,
            "rule_url": self.url_of("import_rule", application.pk),
        }
        return self.render_page(request, application, "import.html", context, here="import")

    def import_rule_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show and store when the application is imported from by itself."""
        self.require(request, Access.CHANGE)
        return self.settings_view(request, application, RULE)

    def _begun(self, request: HttpRequest, application: Application, form: ReadForm) -> bool:
        kinds = [Kind(each) for each in form.cleaned_data["kinds"]]
        try:
            begin_import(application=application, kinds=kinds)
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            form.add_error(None, str(refusal))
            return False
        text = _("It is being read. Nothing here is changed by that.")
        self.message_user(request, text, messages.SUCCESS)
        return True

    def _counting(self, application: Application) -> Iterator[dict[str, Any]]:
        """Yield each import that counts, with a figure for each bucket that leads to its rows."""
        counting = Import.objects.filter(application=application, state=Import.State.READ)
        for batch in counting.order_by("-kind"):
            rows = ImportRow.objects.filter(batch=batch).order_by()
            waiting = dict(
                rows.filter(state=ImportRow.State.WAITING)
                .values_list("bucket")
                .annotate(rows=Count("pk"))
            )
            yield {
                "import": batch,
                "tiles": [
                    {
                        "kind": _MARKS[bucket],
                        "label": label,
                        "figure": batch.counts.get(bucket, 0),
                        "note": _("%(n)s wait") % {"n": waiting.get(bucket, 0)}
                        if bucket in {"candidate", "orphan"}
                        else "",
                        "url": self._rows_url(batch, bucket),
                    }
                    for bucket, label in ImportRow.Bucket.choices
                ],
            }

    def _rows_url(self, batch: Import, bucket: str) -> str:
        page = reverse(f"{self.admin_site.name}:provisioning_importrow_changelist")
        query = {
            "application__id__exact": batch.application_id,
            "kind__exact": batch.kind,
            "bucket__exact": bucket,
        }
        return f"{page}?{urlencode(query)}"


def _latest(application: Application) -> Page:
    """Return which import the page showed last, so that each press begins one."""
    keys = Import.objects.filter(application=application).values_list("pk", flat=True)
    return Page({}, facts={"latest": str(keys.first())})


def _about(application: Application) -> str:
    return f"import:{application.pk}"


def _progress(under_way: list[Import]) -> RunProgress:
    """Return how far reading is, of all kinds that are being read."""
    if not under_way:
        return RunProgress(state="over", said="", done=0, total=0)
    read = sum(each.read for each in under_way)
    total = sum(max(each.to_read or 0, each.read) for each in under_way)
    text = _("%(done)s of %(total)s read") if total > read else _("%(done)s read")
    note = ""
    if not living_workers():
        note = _("No worker is running, so this waits. It goes on by itself as soon as one runs.")
    said = text % {"done": read, "total": total}
    return RunProgress(state=Import.State.READING, said=said, done=read, total=total, note=note)
