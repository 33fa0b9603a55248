"""Upload a file, name its columns, look at what would happen; a job does it."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.csv_files import UnreadableFileError, decode, read_table
from accounts.identifiers import read_number
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.previews import SEEN, read_preview, seal_preview
from accounts.services.people_files import (
    find_file,
    forget_file,
    keep_file,
    remembered_layout,
    set_layout,
    text_of,
)
from console.base.begun import address_of, begin, person_of
from console.base.csv_export import csv_response
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.imports.columns import MOST_ROWS, Head, UploadForm
from console.imports.preview import (
    CSV_HEADER,
    PER_PAGE,
    OtherwiseError,
    ProblemError,
    Problems,
    csv_rows,
    lines_left,
    lines_of,
    preview_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.csv_files import Table
    from accounts.models import PeopleFile
    from console.base.begun import Wanted
    from console.imports.kinds import FileImport
    from console.imports.preview import Preview

PAGE: Final = "p"
_SAMPLES: Final = 3


def register_import(of: FileImport, *, route: str) -> None:
    """Have the three pages of an import."""
    file = f"{route}<uuid:file_id>/"
    register_page(
        ConsolePage(name=of.page, route=route, view=partial(_upload, of), found_as=of.found_as)
    )
    register_page(
        ConsolePage(
            name=of.columns_page,
            route=f"{file}columns/",
            view=partial(_columns, of),
            access=of.page,
        )
    )
    register_page(
        ConsolePage(
            name=of.preview_page,
            route=file,
            view=partial(_preview, of),
            access=of.page,
            questions={
                "kind": lambda value: value in {"", *of.kinds},
                "csv": lambda value: value == "1",
                PAGE: is_page,
            },
        )
    )


def _upload(of: FileImport, request: HttpRequest) -> HttpResponseBase:
    """Show the form; keep what is uploaded, and lead to its columns."""
    if request.method != "POST":
        return _upload_page(of, request, _upload_form(of))
    form = _upload_form(of, request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(of, request, form)
    sent = form.cleaned_data["file"]
    try:
        decoded = decode(sent.read())
        table = read_table(decoded.text)
        rows = _counted(table)
    except UnreadableFileError as error:
        form.add_error("file", str(error))
        return _upload_page(of, request, form)
    kept = keep_file(
        owner=person_of(request), kind=of.kind, name=sent.name, decoded=decoded, rows=rows
    )
    layout = of.known_layout(table.titles)
    # Whoever meant such a file otherwise is asked again.
    if layout is None or remembered_layout(file=kept, titles=table.titles) not in (None, layout):
        return redirect(f"console:{of.columns_page}", kept.pk)
    set_layout(file=kept, titles=table.titles, layout=layout)
    return redirect(f"console:{of.preview_page}", kept.pk)


def _columns(of: FileImport, request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Show the columns of a file, each with the field that it seems to be; keep what is said."""
    file = find_file(key=file_id, owner=person_of(request), kind=of.kind)
    if file is None:
        return _gone(of, request)
    table = read_table(text_of(file))
    form = of.form(
        request.POST if request.method == "POST" else None,
        head=Head(table.titles, [row.cells for row in islice(table.rows(), _SAMPLES)]),
        layout=file.layout or remembered_layout(file=file, titles=table.titles),
    )
    if form.is_valid() and LOOK_AGAIN not in request.POST:
        set_layout(file=file, titles=table.titles, layout=form.layout())
        return redirect(f"console:{of.preview_page}", file.pk)
    context = {
        **_context(of, request, _("Which column is what?"), of.columns_page),
        "file": file,
        "form": form,
        "back_url": reverse(f"console:{of.page}"),
    }
    return render(request, "console/imports/columns.html", context)


def _preview(of: FileImport, request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Show what a file would do to whom; on the button, let a job do it."""
    known, _shown = read_preview(request.POST.get(SEEN, ""), page=of.preview_page)
    if known is not None and (told := address_of(admin.site, request, known)):
        return redirect(told)  # The button was pressed twice.
    file = find_file(key=file_id, owner=person_of(request), kind=of.kind)
    if file is None:
        return _gone(of, request)
    if not file.layout:
        return redirect(f"console:{of.columns_page}", file.pk)
    if request.method != "POST" or LOOK_AGAIN in request.POST:
        return _preview_page(of, request, file)
    return _pressed(of, request, file)


def _pressed(of: FileImport, request: HttpRequest, file: PeopleFile) -> HttpResponseBase:
    """Do what was shown; what would be other than it was shown is shown once more."""
    why = of.why(request.POST)
    if why is not None and not why.is_valid():
        return _preview_page(of, request, file)
    known, shown = read_preview(request.POST.get(SEEN, ""), page=of.preview_page)
    is_of_file = known is not None and shown[:-1] == _about(file, "")[:-1]
    lines = lines_of(of, file, digest=shown[-1] if is_of_file else "")
    wanted = of.wanted(lines, reason="" if why is None else why.reason_given)
    # Pressed twice, it leads to the same lines, although the file is gone by then.
    key = known if known is not None and is_of_file else uuid4()
    try:
        answer = _begun(of, request, file, wanted, key)
    except OtherwiseError:
        said = _("Nothing was done: it would be other than this page showed. Look again.")
        messages.warning(request, said)
        return _preview_page(of, request, file)
    forget_file(file=file)
    return answer


def _begun(
    of: FileImport, request: HttpRequest, file: PeopleFile, wanted: Wanted, key: UUID
) -> HttpResponseBase:
    """Let a job do what is wanted; where a problem stops it, tell of each line what became of it.

    Raises:
        OtherwiseError: It would be other than was shown.
    """
    try:
        return begin(admin.site, request, wanted, key)
    except ProblemError:
        problems = Problems()
        answer = begin(admin.site, request, of.wanted(lines_left(of, file, problems)), key)
    if problems.number:  # Else somebody has pressed at the same time, and was told.
        text = ngettext(
            "Nothing was changed: %(n)s line of the file has a problem. Correct it and upload the "
            "file again.",
            "Nothing was changed: %(n)s lines of the file have a problem. Correct them and upload "
            "the file again.",
            problems.number,
        )
        messages.error(request, text % {"n": f"{problems.number:,}"})
        of.note_refused(problems.reason, problems.number)
    return answer


def _preview_page(of: FileImport, request: HttpRequest, file: PeopleFile) -> HttpResponseBase:
    kind = request.GET.get("kind", "")
    if "csv" in request.GET:
        return csv_response(
            name="import-preview", header=map(str, CSV_HEADER), rows=csv_rows(of, file, kind)
        )
    number = max(read_number(request.GET.get(PAGE, "")) or 1, 1)
    seen = preview_of(of, file, page=number)
    if of.all_or_nothing and seen.counts[of.refused] and "kind" not in request.GET:
        kind = str(of.refused)  # What stops everything is shown first.
    found = seen.counts[of.kinds(kind)] if kind else sum(seen.counts.values())
    page = Paginator(range(found), PER_PAGE).get_page(number)
    if page.number != number:  # There are fewer by now: the last page is shown.
        seen = preview_of(of, file, page=page.number)
    context = {
        **_context(of, request, _("What this file would do"), of.preview_page),
        "preview": seen,
        "tiles": [
            {"kind": of.marks[each], "label": of.labels[each], "figure": f"{count:,}"}
            for each, count in seen.counts.items()
        ],
        "tabs": _tabs(of, seen, kind),
        "rows": [
            (step, of.labels[step.kind], of.marks[step.kind], of.changes_of(step))
            for step in seen.pages[kind]
        ],
        "page": page,
        "asked": f"kind={kind}",
        "stopped_by": seen.counts[of.refused] if of.all_or_nothing else 0,
        "follows": of.follows(file.layout),
        "button": of.button(seen.will),
        "why": of.why(request.POST if request.method == "POST" else None),
        "seen_field": SEEN,
        "sealed": seal_preview(_about(file, seen.digest), page=of.preview_page),
        "columns_url": reverse(f"console:{of.columns_page}", args=[file.pk]),
        "back_url": reverse("console:accounts_user_changelist"),
    }
    return render(request, "console/imports/preview.html", context)


def _about(file: PeopleFile, digest: str) -> list[str]:
    return [str(file.owner_id), str(file.pk), digest]


def _tabs(of: FileImport, seen: Preview, chosen: str) -> list[dict[str, Any]]:
    everything = [("", _("All"), sum(seen.counts.values()))]
    kinds = [(str(kind), str(of.labels[kind]), count) for kind, count in seen.counts.items()]
    return [
        {"url": f"?kind={value}", "label": label, "count": f"{count:,}", "is_open": value == chosen}
        for value, label, count in everything + kinds
    ]


def _upload_form(of: FileImport, *data: Any) -> UploadForm:
    return UploadForm(*data, says=of.help())


def _upload_page(
    of: FileImport,
    request: HttpRequest,
    form: UploadForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        **_context(of, request, str(of.title), of.page),
        "form": form,
        "rules": of.rules(),
        "upload_url": reverse(f"console:{of.page}"),
        "template_url": reverse(f"console:{of.template_page}") if of.template_page else "",
        "back_url": reverse("console:accounts_user_changelist"),
    }
    return render(request, "console/imports/upload.html", context, status=status)


def _context(of: FileImport, request: HttpRequest, title: str, current: str) -> dict[str, Any]:
    steps = [
        (of.page, _("Upload")),
        (of.columns_page, _("Columns")),
        (of.preview_page, _("Preview")),
    ]
    names = [name for name, _title in steps]
    return {
        **admin.site.each_context(request),
        "title": title,
        "of": of,
        "steps": steps,
        "current": current,
        "done": names[: names.index(current)],
    }


def _gone(of: FileImport, request: HttpRequest) -> HttpResponse:
    """Show the upload; it is the same for files that never were and for those of others."""
    text = _("This file is not kept any more: files wait for a day, or until they are imported.")
    messages.warning(request, text)
    return _upload_page(of, request, _upload_form(of), status=HTTPStatus.NOT_FOUND)


def _counted(table: Table) -> int:
    """Return how many rows there are, after all of them were read, as long as they may be.

    Raises:
        UnreadableFileError: There is none, or there are too many, or one cannot be read.
    """
    count = sum(1 for _row in islice(table.rows(), MOST_ROWS + 1))
    if not count:
        raise UnreadableFileError(_("The file has no lines below its titles."))
    if count > MOST_ROWS:
        text = _("The file has more than %(most)s lines. Split it.")
        raise UnreadableFileError(text % {"most": f"{MOST_ROWS:,}"})
    return count
