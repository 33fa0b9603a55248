"""Licences by CSV: upload, look at what would happen; a job applies it, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.models import ActionLine, User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.trail.refusals import record_refusal
from console.base.many_result import Wanted, begin
from console.base.pages import ConsolePage, register_page
from console.licences.by_file import ACTION, SUBSCRIPTION
from console.licences.forms import LicenseFileForm
from licenses.csv_import import REASON, TEMPLATE, Report, UnreadableFileError, check, decode

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from licenses.csv_import import Row

CONTENT_FIELD = "content"


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
    """Do what was shown; what comes back from a session that had ended is shown once more."""
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
    lines = [
        ActionLine(
            row=str(step.user.pk),
            name=_name(step.row),
            choice={SUBSCRIPTION: step.subscription.pk, ACTION: step.row.action},
        )
        for step in report.steps
    ]
    return _begun(request, lines)


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
    return _begun(request, lines)


def _begun(request: HttpRequest, lines: list[ActionLine]) -> HttpResponseBase:
    wanted = Wanted(
        title=_("Licences by CSV"),
        about=User._meta.label_lower,
        action="licences_by_file",
        file_name="licences-by-csv",
        lines=lines,
    )
    return begin(admin.site, request, wanted, uuid4())


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
        "content_field": CONTENT_FIELD,
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
