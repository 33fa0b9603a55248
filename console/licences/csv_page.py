"""Licences by CSV: upload, look at what would happen; a job applies it, line by line."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.csv_files import UnreadableFileError
from accounts.models import ActionLine, User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.previews import SEEN, read_preview, seal_preview
from accounts.trail.refusals import record_refusal
from console.base.begun import Wanted, address_of, begin
from console.base.pages import ConsolePage, register_page
from console.base.reasons import REASON as WHY
from console.base.reasons import ReasonForm
from console.base.undone import words_for_undoing
from console.licences.by_file import ACTION, SUBSCRIPTION, LicencesByFile
from console.licences.forms import LicenseFileForm
from licenses.csv_import import REASON, TEMPLATE, Report, check, decode

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from licenses.csv_import import Row

CONTENT_FIELD: Final = "content"
SHOWN_ROWS: Final = 100
_PAGE: Final = "licences-csv"


def licenses_by_csv(request: HttpRequest) -> HttpResponseBase:
    """Show the form; on upload what the file would do; on *Apply* do it."""
    if request.method != "POST":
        return _page(request, form=LicenseFileForm())
    if CONTENT_FIELD in request.POST:
        return _decided(request, request.POST[CONTENT_FIELD])
    form = LicenseFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        text = decode(form.cleaned_data["file"].read())
        report = check(text)
    except UnreadableFileError as error:
        form.add_error("file", str(error))
        return _page(request, form=form)
    return _looked_at(request, report, text)


def template(request: HttpRequest) -> HttpResponse:
    """Return a file to start from."""
    response = HttpResponse(TEMPLATE, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="licences-template.csv"'
    return response


def _looked_at(request: HttpRequest, report: Report, text: str) -> HttpResponseBase:
    """Show what the file would do, or what is wrong with it."""
    if report.errors:
        return _led_to_problems(request, report)
    return _page(request, form=LicenseFileForm(), report=report, text=text)


def _decided(request: HttpRequest, text: str) -> HttpResponseBase:
    """Do what was shown; what comes back from a session that had ended is shown once more.

    So is what would be other than it was shown.
    """
    known, shown = read_preview(request.POST.get(SEEN, ""), page=_PAGE)
    if known is not None and (told := address_of(admin.site, request, known)):
        return redirect(told)  # The button was pressed twice.
    try:
        report = check(text)
    except UnreadableFileError as error:
        messages.error(request, str(error))
        return redirect("console:user-licenses-csv")
    if LOOK_AGAIN in request.POST:
        return _looked_at(request, report, text)
    if report.errors:
        record_refusal(
            "license.refused", reason=report.errors[0][1], number=len(report.errors), by=REASON
        )
        return _led_to_problems(request, report)
    why = ReasonForm(request.POST)
    if known is None or shown != _about(request, report) or not why.is_valid():
        if why.is_valid():
            said = _("Nothing was done: it would be other than this page showed. Look again.")
            messages.warning(request, said)
        return _looked_at(request, report, text)
    lines = [
        ActionLine(
            row=str(step.user.pk),
            name=_name(step.row),
            choice={SUBSCRIPTION: step.subscription.pk, ACTION: step.row.action},
            outcome=ActionLine.Outcome.PASSED_OVER if step.row.line in report.stays else "",
            reason=report.stays.get(step.row.line, ""),
        )
        for step in report.steps
    ]
    return _begun(request, lines, known, why.reason_given)


def _led_to_problems(request: HttpRequest, report: Report) -> HttpResponseBase:
    """Tell of each row what is wrong with it, or that it was passed over with the others."""
    messages.error(request, _nothing_changed(report))
    problems = dict(report.errors)
    lines = [
        ActionLine(
            name=_name(row),
            outcome=ActionLine.Outcome.REFUSED
            if row.line in problems
            else ActionLine.Outcome.PASSED_OVER,
            reason=problems.get(row.line, ""),
        )
        for row in report.rows
    ]
    return _begun(request, lines, uuid4())


def _begun(
    request: HttpRequest, lines: list[ActionLine], key: UUID, reason: str = ""
) -> HttpResponseBase:
    wanted = Wanted(
        title=_("Licences by CSV"),
        about=User._meta.label_lower,
        action="licences_by_file",
        file_name="licences-by-csv",
        lines=lines,
        reason=reason,
    )
    return begin(admin.site, request, wanted, key)


def _about(request: HttpRequest, report: Report) -> list[str]:
    """Return what the page shows: to whom, which rows, and which of them stay as they are.

    The text itself comes back with other ends of lines; whom an address means is asked again.
    """
    meant = [(step.row, str(step.user.pk), step.subscription.pk) for step in report.steps]
    digest = sha256(repr(meant).encode()).hexdigest()
    return [str(request.user.pk), digest, ",".join(map(str, report.stays))]


def _name(row: Row) -> str:
    return _("Line %(line)s: %(person)s, %(product)s") % {
        "line": row.line,
        "person": row.address,
        "product": row.product_key,
    }


def _nothing_changed(report: Report) -> str:
    text = ngettext(
        "Nothing was changed: %(n)s line of the file has a problem. Correct it and upload the "
        "file again.",
        "Nothing was changed: %(n)s lines of the file have a problem. Correct them and upload the "
        "file again.",
        len(report.errors),
    )
    return text % {"n": len(report.errors)}


def _page(
    request: HttpRequest, *, form: LicenseFileForm, report: Report | None = None, text: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Licences by CSV"),
        "form": form,
        "report": report,
        "text": text,
        "why": ReasonForm(request.POST if WHY in request.POST else None),
        "undoing": words_for_undoing(LicencesByFile(permissions=[])),
        "content_field": CONTENT_FIELD,
        "seen_field": SEEN,
        "sealed": seal_preview(_about(request, report), page=_PAGE) if report else "",
        "rows": [(row, report.stays.get(row.line, "")) for row in report.rows[:SHOWN_ROWS]]
        if report
        else [],
    }
    return render(request, "console/licences/csv.html", context)


register_page(
    ConsolePage(
        name="user-licenses-csv",
        route="licenses/csv/",
        view=licenses_by_csv,
        found_as=_lazy("Licences by CSV"),
    )
)
register_page(
    ConsolePage(
        name="user-licenses-template",
        route="licenses/csv/template/",
        view=template,
        access="user-licenses-csv",
    )
)
