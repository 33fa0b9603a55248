"""What an import would do, as its page shows it and as its job is given it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils.translation import gettext_lazy

from accounts.models import ActionLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import PeopleFile
    from console.imports.kinds import FileImport

PER_PAGE: Final = 100
CSV_HEADER: Final = (
    *(gettext_lazy("Line"), gettext_lazy("Person"), gettext_lazy("What happens")),
    *(gettext_lazy("Reason"), gettext_lazy("Before and after")),
)


@dataclass(slots=True)
class Preview:
    """What a file would do, gone through once.

    Attributes:
        counts: So many lines of each kind.
        will: How many would change something, together.
        pages: The lines that stand on one page, of each kind, and under nothing of all of them.
        digest: By which it is known whether it would be the same later.
    """

    counts: dict[Any, int]
    will: int = 0
    pages: dict[Any, list[Any]] = field(default_factory=dict)
    digest: str = ""


class ProblemError(Exception):
    """A line of the file cannot be done, so that none is."""


class OtherwiseError(Exception):
    """The file would do something else than was shown."""


@dataclass(slots=True)
class Problems:
    """What is known of the lines that cannot be done, once all of them were gone through.

    Attributes:
        reason: That of the first of them.
    """

    number: int = 0
    reason: str = ""


def preview_of(of: FileImport, file: PeopleFile, *, page: int) -> Preview:
    """Return what a file would do, with the lines of one page of each kind, and of all."""
    preview = Preview(dict.fromkeys(of.kinds, 0), pages={kind: [] for kind in ("", *of.kinds)})
    digest = sha256(orjson.dumps(file.layout))
    shown = range((page - 1) * PER_PAGE, page * PER_PAGE)
    for number, step in enumerate(of.steps_of(file)):
        if number in shown:
            preview.pages[""].append(step)
        if preview.counts[step.kind] in shown:
            preview.pages[step.kind].append(step)
        preview.counts[step.kind] += 1
        digest.update(orjson.dumps(of.seen_of(step)))
    if not (of.all_or_nothing and preview.counts[of.refused]):
        preview.will = sum(preview.counts[each] for each in of.doing)
    preview.digest = digest.hexdigest()
    return preview


def lines_of(of: FileImport, file: PeopleFile, *, digest: str) -> Iterator[ActionLine]:
    """Yield the lines of the action that does what a file says, one after the other.

    Nobody holds all of them at once.  So it is known only behind the last one whether they are
    what was shown, and whoever stores them gives up what is stored when this raises.

    Args:
        of: The kind of file.
        file: What was uploaded.
        digest: As :func:`preview_of` had it when the file was looked at.

    Raises:
        ProblemError: A line cannot be done, and stops the others.
        OtherwiseError: They are others than were shown.
    """
    gone_through = sha256(orjson.dumps(file.layout))
    for step in of.steps_of(file):
        if of.all_or_nothing and step.kind == of.refused:
            raise ProblemError
        gone_through.update(orjson.dumps(of.seen_of(step)))
        yield of.line_of(step, file.layout)
    if gone_through.hexdigest() != digest:
        raise OtherwiseError


def lines_left(of: FileImport, file: PeopleFile, problems: Problems) -> Iterator[ActionLine]:
    """Yield the lines of a file of which nothing is done, and say in ``problems`` why.

    Raises:
        OtherwiseError: There is no problem any more.
    """
    for step in of.steps_of(file):
        line = of.line_of(step, file.layout)
        if step.kind == of.refused:
            problems.number += 1
            problems.reason = problems.reason or line.reason
        line.outcome = line.outcome or ActionLine.Outcome.PASSED_OVER
        yield line
    if not problems.number:
        raise OtherwiseError


def csv_rows(of: FileImport, file: PeopleFile, kind: str) -> Iterator[list[Any]]:
    """Yield the lines of one kind, or all, for a CSV file."""
    for step in of.steps_of(file):
        if kind in {"", step.kind}:
            changes = "; ".join(
                f"{each['label']}: {each['before']} → {each['after']}"
                for each in of.changes_of(step)
            )
            yield [step.number, step.name, of.labels[step.kind], step.reason, changes]
