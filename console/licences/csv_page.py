"""*Licences by CSV*: each line gives or takes back a seat; see :mod:`console.imports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.models import ActionLine, PeopleFile, User
from accounts.trail.refusals import record_refusal
from console.base.begun import Wanted
from console.base.pages import ConsolePage, register_page
from console.base.reasons import ReasonForm
from console.base.undone import words_for_undoing
from console.imports.kinds import FileImport, name_of_line
from console.imports.pages import register_import
from console.licences.by_file import ACTION, SUBSCRIPTION, LicencesByFile
from console.licences.file_columns import LicenceColumnsForm, known_layout, layout_of
from licenses.csv_import import REASON, TEMPLATE, Kind, planned
from licenses.models import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from accounts.csv_files import Table
    from console.imports.columns import Head
    from licenses.csv_import import Step

UPLOAD: Final = "user-licenses-csv"
_TEMPLATE_PAGE: Final = "user-licenses-template"


class LicencesImport(FileImport):
    """Gives licences and takes them back; a line with a problem stops the others."""

    kind = PeopleFile.Kind.LICENCES
    page = UPLOAD
    title = found_as = _lazy("Licences by CSV")
    says = _lazy(
        "You see what will happen to whom before anything is changed, and a file with a problem "
        "in it changes nothing."
    )
    subject = _lazy("Person and licence")
    kinds = Kind
    doing = (Kind.ASSIGN, Kind.RELEASE)
    refused = Kind.REFUSED
    labels: ClassVar[Mapping[Any, StrOrPromise]] = {
        Kind.ASSIGN: _lazy("Assign the licence"),
        Kind.RELEASE: _lazy("Release the licence"),
        Kind.STAYS: _lazy("Stays as it is"),
        Kind.REFUSED: _lazy("Has a problem"),
    }
    marks: ClassVar[Mapping[Any, str]] = {
        Kind.ASSIGN: "good",
        Kind.RELEASE: "busy",
        Kind.STAYS: "off",
        Kind.REFUSED: "bad",
    }
    all_or_nothing = True
    template_page = _TEMPLATE_PAGE

    @override
    def help(self) -> str:
        return _("One line for each person and product, below a line of titles.")

    @override
    def rules(self) -> list[str]:
        keys = Subscription.objects.values_list("product__key", flat=True)
        products = ", ".join(sorted(keys)) or _("none yet")
        return [
            _("A person is found by their address or user name."),
            _(
                "A licence is the key or the name of its product (one of: %(products)s). Where no "
                "column names it, choose one for all lines."
            )
            % {"products": products},
            _("An action is assign or release; where nothing says it, the licence is assigned."),
        ]

    @override
    def known_layout(self, titles: Sequence[str]) -> dict[str, Any] | None:
        return known_layout(titles)

    @override
    def form(self, data: Any, *, head: Head, layout: Any) -> LicenceColumnsForm:
        return LicenceColumnsForm(data, head=head, layout=layout)

    @override
    def planned(self, table: Table, layout: dict[str, Any]) -> Iterator[Step]:
        return planned(table, layout_of(layout))

    @override
    def seen_of(self, step: Step) -> list[Any]:
        """Return what decides about what is done: to whom, and of what."""
        person = step.user and str(step.user.pk)
        return [step.number, step.kind, person, step.subscription and step.subscription.pk]

    @override
    def line_of(self, step: Step, layout: dict[str, Any]) -> ActionLine:
        line = ActionLine(
            row=str(step.user.pk if step.user else ""), name=name_of_line(step), reason=step.reason
        )
        if step.kind is Kind.STAYS:
            line.outcome = ActionLine.Outcome.PASSED_OVER
        elif step.kind is Kind.REFUSED:
            line.outcome = ActionLine.Outcome.REFUSED
        elif step.subscription is not None:
            line.choice = {SUBSCRIPTION: step.subscription.pk, ACTION: step.row.action}
        return line

    @override
    def wanted(self, lines: Iterable[ActionLine], *, reason: str = "") -> Wanted:
        return Wanted(
            title=_("Licences by CSV"),
            about=User._meta.label_lower,
            action="licences_by_file",
            file_name="licences-by-csv",
            lines=lines,
            reason=reason,
            back=reverse(f"console:{UPLOAD}"),
        )

    @override
    def why(self, data: Any) -> ReasonForm:
        return ReasonForm(data)

    @override
    def follows(self, layout: dict[str, Any]) -> list[str]:
        return [
            words_for_undoing(LicencesByFile(permissions=[])),
            _("Seats that are released are free at once, or go to who waits for one."),
        ]

    @override
    def button(self, count: int) -> str:
        text = ngettext("Apply %(n)s line", "Apply %(n)s lines", count)
        return text % {"n": f"{count:,}"}

    @override
    def note_refused(self, reason: str, number: int) -> None:
        record_refusal("license.refused", reason=reason, number=number, by=REASON)


def template(request: HttpRequest) -> HttpResponse:
    """Return a file to start from."""
    response = HttpResponse(TEMPLATE, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="licences-template.csv"'
    return response


register_import(LicencesImport(), route="licenses/csv/")
register_page(
    ConsolePage(name=_TEMPLATE_PAGE, route="licenses/csv/template/", view=template, access=UPLOAD)
)
