"""Licences by CSV: upload, look at what would happen, apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.console.many_result import (
    LEFT,
    OK,
    REFUSED,
    RESULT,
    Line,
    Result,
    result_of,
    result_page,
    sealed_result,
)
from accounts.console.pages import ConsolePage, register_page
from accounts.models import User
from accounts.trail.refusals import record_refusal
from licenses.csv_import import TEMPLATE, Report, UnreadableFileError, apply, decode, preview
from licenses.forms import LicenseFileForm

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

CONTENT_FIELD = "content"


def licenses_by_csv(request: HttpRequest) -> HttpResponseBase:
    """Show the form; on upload what the file would do; on *Apply* do it."""
    if request.method != "POST":
        return _page(request, form=LicenseFileForm())
    if RESULT in request.POST:
        return _result_page(request, result_of(request))
    if CONTENT_FIELD in request.POST:
        return _applied(request, request.POST[CONTENT_FIELD])
    form = LicenseFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        text = decode(form.cleaned_data["file"].read())
        report = preview(text)
    except UnreadableFileError as error:
        form.add_error("file", str(error))
        return _page(request, form=form)
    return _page(request, form=LicenseFileForm(), report=report, text=text)


def template(request: HttpRequest) -> HttpResponse:
    """Return a file to start from."""
    response = HttpResponse(TEMPLATE, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="licences-template.csv"'
    return response


def _applied(request: HttpRequest, text: str) -> HttpResponseBase:
    try:
        report = apply(text)
    except UnreadableFileError as error:
        messages.error(request, str(error))
        return redirect("console:user-licenses-csv")
    if report.errors:
        record_refusal(
            "license.refused", reason=report.errors[0][1], number=len(report.errors), by="CSV"
        )
        return _page(request, form=LicenseFileForm(), report=report, text=text)
    count = len(report.rows)
    done = ngettext("%(n)s row was applied.", "%(n)s rows were applied.", count)
    messages.success(request, done % {"n": count})
    return _result_page(request, _result_of(report, otherwise=OK))


def _result_of(report: Report, *, otherwise: str) -> Result:
    """Return what became of each row; those without a problem have the outcome ``otherwise``."""
    problems = dict(report.errors)
    lines = [
        Line(
            _("Line %(line)s: %(person)s, %(product)s")
            % {"line": row.line, "person": row.address, "product": row.product_key},
            REFUSED if row.line in problems else otherwise,
            problems.get(row.line, ""),
        )
        for row in report.rows
    ]
    return Result(str(_("Licences by CSV")), "licences-by-csv", lines)


def _result_page(request: HttpRequest, result: Result) -> HttpResponseBase:
    return result_page(admin.site.get_model_admin(User), request, result)


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
        "result_name": RESULT,
        "sealed": sealed_result(request, _result_of(report, otherwise=LEFT))
        if report and report.errors
        else "",
    }
    return render(request, "admin/licenses/csv.html", context)


register_page(ConsolePage(name="user-licenses-csv", route="licenses/csv/", view=licenses_by_csv))
register_page(
    ConsolePage(
        name="user-licenses-template",
        route="licenses/csv/template/",
        view=template,
        access="user-licenses-csv",
    )
)
