"""What an import would do, as its page shows it and as its job is given it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.csv_files import read_table
from accounts.identifiers import uuid7, uuid_of
from accounts.models import ActionLine
from accounts.models.results import ACTION_LINE
from accounts.secrets.encryption import seal_json
from accounts.services.people_files import text_of
from console.people_files.by_file import INVITES, SEEN
from console.people_files.forms import layout_of
from scim.people_files.planning import Kind, planned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import PeopleFile
    from scim.people_files.planning import Step

PER_PAGE: Final = 100
LABELS: Final = {
    Kind.NEW: pgettext_lazy("people", "New"),
    Kind.CHANGED: pgettext_lazy("people", "Changed"),
    Kind.UNCHANGED: pgettext_lazy("people", "Unchanged"),
    Kind.REFUSED: pgettext_lazy("people", "Refused"),
}
MARKS: Final = {Kind.NEW: "good", Kind.CHANGED: "busy", Kind.UNCHANGED: "off", Kind.REFUSED: "bad"}
CSV_HEADER: Final = (
    *(gettext_lazy("Line"), gettext_lazy("Person"), gettext_lazy("What happens")),
    *(gettext_lazy("Reason"), gettext_lazy("Before and after")),
)


@dataclass(slots=True)
class Preview:
    """What a file would do, gone through once.

    Attributes:
        counts: So many lines of each kind.
        shown: The lines of one kind, or of all, that stand on one page.
        digest: By which it is known whether it would be the same later.
    """

    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    shown: list[Step] = field(default_factory=list)
    digest: str = ""

    @property
    def will(self) -> int:
        """How many people would be created or changed."""
        return self.counts[Kind.NEW] + self.counts[Kind.CHANGED]


def steps_of(file: PeopleFile) -> Iterator[Step]:
    """Yield what each line of a file would do, whose columns somebody has named.

    Raises:
        UnreadableFileError: It cannot be read.
    """
    return planned(read_table(text_of(file)), layout_of(file.layout))


def preview_of(file: PeopleFile, *, kind: str, page: int) -> Preview:
    """Return what a file would do, with the lines of one page; ``kind`` may be empty for all."""
    preview, digest = Preview(), sha256(orjson.dumps(file.layout))
    first, number = (page - 1) * PER_PAGE, 0
    for step in steps_of(file):
        preview.counts[step.kind] += 1
        digest.update(_seen_of(step))
        if kind in {"", step.kind}:
            if first <= number < first + PER_PAGE:
                preview.shown.append(step)
            number += 1
    preview.digest = digest.hexdigest()
    return preview


def lines_of(file: PeopleFile) -> tuple[list[ActionLine], str]:
    """Return the lines of the action that does it, and the digest as :func:`preview_of` does."""
    digest = sha256(orjson.dumps(file.layout))
    lines = []
    for step in steps_of(file):
        digest.update(_seen_of(step))
        lines.append(_line(step, invites=file.layout["invites"]))
    return lines, digest.hexdigest()


def csv_rows(file: PeopleFile, kind: str) -> Iterator[list[Any]]:
    """Yield the lines of one kind, or all, for a CSV file."""
    for step in steps_of(file):
        if kind in {"", step.kind}:
            changes = "; ".join(
                f"{each['label']}: {each['before']} → {each['after']}" for each in step.changes
            )
            yield [step.number, step.name, LABELS[step.kind], step.reason, changes]


def _seen_of(step: Step) -> bytes:
    """Return what of a line decides about what is done; whom it is about is in a version."""
    user = step.user and [str(step.user.pk), step.user.version]
    return orjson.dumps([step.number, step.kind, step.values, user])


def _line(step: Step, *, invites: bool) -> ActionLine:
    words = {"line": step.number, "person": step.name or "–"}
    line = ActionLine(
        row=str(step.user.pk if step.user else ""),
        name=_("Line %(line)s: %(person)s") % words,
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
        line.choice = {SEEN: step.user.version if step.user else None, INVITES: invites}
        line.sealed = seal_json(step.values, ACTION_LINE)
    return line
