"""What the pages of an import ask of the kind of file that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.utils.translation import gettext as _

from accounts.csv_files import read_table
from accounts.services.people_files import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from enum import StrEnum

    from django_stubs_ext import StrOrPromise

    from accounts.csv_files import Table
    from accounts.models import ActionLine, PeopleFile
    from console.base.begun import Wanted
    from console.base.reasons import ReasonForm
    from console.imports.columns import ColumnsForm, Head


class Step(Protocol):
    """What a line would do."""

    @property
    def number(self) -> int:
        """The line, counted as a spreadsheet counts it."""

    @property
    def name(self) -> str:
        """Whom it is about."""


class FileImport:
    """What is imported by one kind of file.

    Attributes:
        kind: Of the files that are kept.
        page: The name of the page that takes an upload.
        title: What the import is called.
        found_as: What the search calls it.
        says: Of the upload, before anything is done.
        subject: Over the column that says what a line is about.
        kinds: What a line may do, as it is counted.
        doing: Those of them that change something.
        refused: The one that cannot be done.
        all_or_nothing: Whether a line that is refused stops the others.
        template_page: The name of the page with a file to start from; empty where there is none.
    """

    kind: ClassVar[PeopleFile.Kind]
    page: ClassVar[str]
    title: ClassVar[StrOrPromise]
    found_as: ClassVar[StrOrPromise]
    says: ClassVar[StrOrPromise]
    subject: ClassVar[StrOrPromise]
    kinds: ClassVar[type[StrEnum]]
    doing: ClassVar[Collection[StrEnum]]
    refused: ClassVar[StrEnum]
    labels: ClassVar[Mapping[Any, StrOrPromise]]
    marks: ClassVar[Mapping[Any, str]]
    all_or_nothing: ClassVar[bool] = False
    template_page: ClassVar[str] = ""

    @property
    def columns_page(self) -> str:
        """The name of the page that asks which column is what."""
        return f"{self.page}-columns"

    @property
    def preview_page(self) -> str:
        """The name of the page that shows what a file would do."""
        return f"{self.page}-preview"

    def help(self) -> str:
        """Return what a file may hold."""
        raise NotImplementedError

    def rules(self) -> list[str]:
        """Return what is said of the lines below the upload."""
        raise NotImplementedError

    def known_layout(self, titles: Sequence[str]) -> dict[str, Any] | None:
        """Return how a file is meant whose titles leave nothing to ask."""
        return None

    def form(self, data: Any, *, head: Head, layout: Any) -> ColumnsForm:
        """Return the form that asks which column is what."""
        raise NotImplementedError

    def planned(self, table: Table, layout: dict[str, Any]) -> Iterator[Any]:
        """Yield what each line would do: steps with ``kind``, ``reason`` and ``user``, too."""
        raise NotImplementedError

    def seen_of(self, step: Any) -> list[Any]:
        """Return what of a line decides about what is done."""
        raise NotImplementedError

    def line_of(self, step: Any, layout: dict[str, Any]) -> ActionLine:
        """Return the line of the action that does it."""
        raise NotImplementedError

    def changes_of(self, step: Any) -> Sequence[Mapping[str, str]]:
        """Return label, before and after of what would be otherwise."""
        return ()

    def wanted(self, lines: Iterable[ActionLine], *, reason: str = "") -> Wanted:
        """Return the action that does these lines."""
        raise NotImplementedError

    def why(self, data: Any) -> ReasonForm | None:
        """Return the form that asks why, where somebody may be asked."""
        return None

    def follows(self, layout: dict[str, Any]) -> list[str]:
        """Return what is said beside the button."""
        raise NotImplementedError

    def button(self, count: int) -> str:
        """Return what is written on the button that changes so much."""
        raise NotImplementedError

    def note_refused(self, reason: str, number: int) -> None:
        """Put into the audit trail that so many lines were refused, the first for this reason."""

    def steps_of(self, file: PeopleFile) -> Iterator[Any]:
        """Yield what each line of a file would do, whose columns somebody has named.

        Raises:
            UnreadableFileError: It cannot be read.
        """
        return self.planned(read_table(text_of(file)), file.layout)


def name_of_line(step: Step) -> str:
    """Return what a line is called in the result."""
    return _("Line %(line)s: %(person)s") % {"line": step.number, "person": step.name or "–"}
