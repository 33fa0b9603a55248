"""*Import people*: each line creates or changes somebody; see :mod:`console.imports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext_lazy
from typing_extensions import override

from accounts.identifiers import uuid7, uuid_of
from accounts.models import ActionLine, PeopleFile, User
from accounts.models.results import ACTION_LINE
from accounts.secrets.encryption import seal_json
from console.base.begun import Wanted
from console.imports.kinds import FileImport, name_of_line
from console.imports.pages import register_import
from console.people_files.by_file import INVITES, SEEN
from console.people_files.forms import LayoutForm, layout_of
from scim.people_files.planning import Kind, planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from accounts.csv_files import Table
    from console.imports.columns import Head
    from scim.people_files.planning import Step

UPLOAD: Final = "people-import"


class PeopleImport(FileImport):
    """Creates and changes people."""

    kind = PeopleFile.Kind.PEOPLE
    page = UPLOAD
    title = _lazy("Import people")
    found_as = _lazy("Import of people")
    says = _lazy(
        "You see what will happen to whom before anything is changed. Nobody is deactivated or "
        "deleted by an import."
    )
    subject = _lazy("Person")
    kinds = Kind
    doing = (Kind.NEW, Kind.CHANGED)
    refused = Kind.REFUSED
    labels: ClassVar[Mapping[Any, StrOrPromise]] = {
        Kind.NEW: pgettext_lazy("people", "New"),
        Kind.CHANGED: pgettext_lazy("people", "Changed"),
        Kind.UNCHANGED: pgettext_lazy("people", "Unchanged"),
        Kind.REFUSED: pgettext_lazy("people", "Refused"),
    }
    marks: ClassVar[Mapping[Any, str]] = {
        Kind.NEW: "good",
        Kind.CHANGED: "busy",
        Kind.UNCHANGED: "off",
        Kind.REFUSED: "bad",
    }

    @override
    def help(self) -> str:
        return _("One line for each person, below a line of titles.")

    @override
    def rules(self) -> list[str]:
        return [
            _(
                "Who is there already is found by user name, address or external id, and changed "
                "where the file says something else. An empty cell changes nothing."
            ),
            _("Who is new becomes a member without a licence and without a password."),
            _("The CSV export of the user list can be changed and imported."),
        ]

    @override
    def form(self, data: Any, *, head: Head, layout: Any) -> LayoutForm:
        return LayoutForm(data, head=head, layout=layout)

    @override
    def planned(self, table: Table, layout: dict[str, Any]) -> Iterator[Step]:
        return planned(table, layout_of(layout))

    @override
    def seen_of(self, step: Step) -> list[Any]:
        """Return what decides about what is done; whom a line is about is in a version."""
        user = step.user and [str(step.user.pk), step.user.version]
        return [step.number, step.kind, step.values, user]

    @override
    def line_of(self, step: Step, layout: dict[str, Any]) -> ActionLine:
        line = ActionLine(
            row=str(step.user.pk if step.user else ""),
            name=name_of_line(step),
            reason=step.reason,
        )
        if step.kind is Kind.UNCHANGED:
            line.outcome = ActionLine.Outcome.PASSED_OVER
            line.reason = step.reason or _("Nothing of them would be other than it is.")
        elif step.kind is Kind.REFUSED:
            line.outcome = ActionLine.Outcome.REFUSED
        else:
            line.row = line.row or str(uuid7())
            line.person = uuid_of(line.row)
            version = step.user.version if step.user else None
            line.choice = {SEEN: version, INVITES: layout["invites"]}
            line.sealed = seal_json(step.values, ACTION_LINE)
        return line

    @override
    def changes_of(self, step: Step) -> Sequence[Mapping[str, str]]:
        return step.changes

    @override
    def wanted(self, lines: Iterable[ActionLine], *, reason: str = "") -> Wanted:
        return Wanted(
            title=_("Import of people"),
            about=User._meta.label_lower,
            action="people_by_file",
            file_name="import-of-people",
            lines=lines,
            reason=reason,
            back=reverse(f"console:{UPLOAD}"),
        )

    @override
    def follows(self, layout: dict[str, Any]) -> list[str]:
        newcomers = _("New people are members without a licence and without a password.")
        mailed = _("Each is mailed an invitation.")
        managed = (
            _("Fields that an identity provider manages are overwritten, until its next push.")
            if layout["overwrites"]
            else _("Fields that an identity provider manages stay as they are.")
        )
        return [
            f"{newcomers} {mailed if layout['invites'] else _('Nobody is written to.')}",
            _("Applications whose scope they are in are told of them within seconds."),
            managed,
            _("Lines that are refused are left out; the others are done."),
        ]

    @override
    def button(self, count: int) -> str:
        text = ngettext("Import %(n)s person", "Import %(n)s people", count)
        return text % {"n": f"{count:,}"}


register_import(PeopleImport(), route="people/import/")
