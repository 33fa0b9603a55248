"""*Import*: upload a file, name its columns, look at what would happen; a job does it."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.csv_files import UnreadableFileError, decode, read_table
from accounts.identifiers import read_number
from accounts.models import User
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
from console.base.begun import Wanted, address_of, begin
from console.base.csv_export import csv_response
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.people_files.forms import LayoutForm, PeopleFileForm
from console.people_files.preview import (
    CSV_HEADER,
    LABELS,
    MARKS,
    PER_PAGE,
    csv_rows,
    lines_of,
    preview_of,
)
from scim.people_files.planning import MOST_ROWS, Kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.csv_files import Table
    from accounts.models import PeopleFile
    from console.people_files.preview import Preview

UPLOAD: Final = "people-import"
COLUMNS: Final = "people-import-columns"
LOOK: Final = "people-import-preview"
PAGE: Final = "p"
_SAMPLES: Final = 3


def upload(request: HttpRequest) -> HttpResponseBase:
    """Show the form; keep what is uploaded, and lead to its columns."""
    if request.method != "POST":
        return _upload_page(request, PeopleFileForm())
    form = PeopleFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form)
    sent = form.cleaned_data["file"]
    try:
        decoded = decode(sent.read())
        rows = _counted(read_table(decoded.text))
    except UnreadableFileError as error:
        form.add_error("file", str(error))
        return _upload_page(request, form)
    kept = keep_file(owner=_person(request), name=sent.name, decoded=decoded, rows=rows)
    return redirect(f"console:{COLUMNS}", kept.pk)


def columns(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Show the columns of a file, each with the field that it seems to be; keep what is said."""
    file = find_file(key=file_id, owner=_person(request))
    if file is None:
        return _gone(request)
    table = read_table(text_of(file))
    form = LayoutForm(
        request.POST if request.method == "POST" else None,
        titles=table.titles,
        samples=[row.cells for row in islice(table.rows(), _SAMPLES)],
        layout=file.layout or remembered_layout(titles=table.titles),
    )
    if form.is_valid() and LOOK_AGAIN not in request.POST:
        set_layout(file=file, titles=table.titles, layout=form.layout())
        return redirect(f"console:{LOOK}", file.pk)
    context = {
        **_context(request, _("Which column is what?"), COLUMNS),
        "file": file,
        "form": form,
        "back_url": reverse(f"console:{UPLOAD}"),
    }
    return render(request, "console/people_files/columns.html", context)


def preview(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Show what a file would do to whom; on the button, let a job do it."""
    known, shown = read_preview(request.POST.get(SEEN, ""), page=LOOK)
    if known is not None and (told := address_of(admin.site, request, known)):
        return redirect(told)  # The button was pressed twice.
    file = find_file(key=file_id, owner=_person(request))
    if file is None:
        return _gone(request)
    if not file.layout:
        return redirect(f"console:{COLUMNS}", file.pk)
    if request.method == "POST" and LOOK_AGAIN not in request.POST:
        lines, digest = lines_of(file)
        if known is not None and shown == [str(file.owner_id), str(file.pk), digest]:
            wanted = Wanted(
                title=_("Import of people"),
                about=User._meta.label_lower,
                action="people_by_file",
                file_name="import-of-people",
                lines=lines,
                back=reverse(f"console:{UPLOAD}"),
            )
            answer = begin(admin.site, request, wanted, known)
            forget_file(file=file)
            return answer
        said = _("Nothing was done: it would be other than this page showed. Look again.")
        messages.warning(request, said)
    return _preview_page(request, file)


def _preview_page(request: HttpRequest, file: PeopleFile) -> HttpResponseBase:
    kind = request.GET.get("kind", "")
    if "csv" in request.GET:
        return csv_response(
            name="import-preview", header=map(str, CSV_HEADER), rows=csv_rows(file, kind)
        )
    number = max(read_number(request.GET.get(PAGE, "")) or 1, 1)
    seen = preview_of(file, kind=kind, page=number)
    found = seen.counts[Kind(kind)] if kind else sum(seen.counts.values())
    context = {
        **_context(request, _("What this file would do"), LOOK),
        "file": file,
        "preview": seen,
        "tiles": _tiles(seen),
        "tabs": _tabs(seen, kind),
        "rows": [(step, LABELS[step.kind], MARKS[step.kind]) for step in seen.shown],
        "page": Paginator(range(found), PER_PAGE).get_page(number),
        "asked": f"kind={kind}",
        "kind": kind,
        "seen_field": SEEN,
        "sealed": seal_preview([str(file.owner_id), str(file.pk), seen.digest], page=LOOK),
        "columns_url": reverse(f"console:{COLUMNS}", args=[file.pk]),
        "back_url": reverse("console:accounts_user_changelist"),
    }
    return render(request, "console/people_files/preview.html", context)


def _tiles(seen: Preview) -> list[dict[str, Any]]:
    return [
        {"kind": MARKS[kind], "label": LABELS[kind], "figure": f"{count:,}"}
        for kind, count in seen.counts.items()
    ]


def _tabs(seen: Preview, chosen: str) -> list[dict[str, Any]]:
    everything = [("", _("All"), sum(seen.counts.values()))]
    kinds = [(str(kind), str(LABELS[kind]), count) for kind, count in seen.counts.items()]
    return [
        {"url": f"?kind={value}", "label": label, "count": f"{count:,}", "is_open": value == chosen}
        for value, label, count in everything + kinds
    ]


def _upload_page(request: HttpRequest, form: PeopleFileForm) -> HttpResponse:
    context = {
        **_context(request, _("Import people"), UPLOAD),
        "form": form,
        "back_url": reverse("console:accounts_user_changelist"),
    }
    return render(request, "console/people_files/upload.html", context)


def _context(request: HttpRequest, title: str, current: str) -> dict[str, Any]:
    steps = [(UPLOAD, _("Upload")), (COLUMNS, _("Columns")), (LOOK, _("Preview"))]
    names = [name for name, _title in steps]
    return {
        **admin.site.each_context(request),
        "title": title,
        "steps": steps,
        "current": current,
        "done": names[: names.index(current)],
    }


def _gone(request: HttpRequest) -> HttpResponse:
    """Lead to the upload; it is the same for files that never were and for those of others."""
    text = _("This file is not kept any more: files wait for a day, or until they are imported.")
    messages.warning(request, text)
    return redirect(f"console:{UPLOAD}")


def _counted(table: Table) -> int:
    """Return how many rows there are, after all of them were read.

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


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
    return request.user


_page = partial(ConsolePage, access=UPLOAD)
register_page(
    ConsolePage(
        name=UPLOAD, route="people/import/", view=upload, found_as=_lazy("Import of people")
    )
)
register_page(_page(name=COLUMNS, route="people/import/<uuid:file_id>/columns/", view=columns))
register_page(
    _page(
        name=LOOK,
        route="people/import/<uuid:file_id>/",
        view=preview,
        questions={
            "kind": lambda value: value in {"", *Kind},
            "csv": lambda value: value == "1",
            PAGE: is_page,
        },
    )
)
