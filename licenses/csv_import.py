"""Licences by CSV: one line for each person and product; a file with a problem does nothing.

The columns are ``email`` (or user name), ``product`` (its key or name) and, if wanted, ``action``:
``assign``, which is meant when it is left out, or ``release``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import csv_files
from accounts.csv_files import UnreadableFileError, is_too_wide, too_wide
from accounts.storage.finding import find_people
from licenses.models import GroupLicense, Seat, Subscription
from licenses.services import refusal_to_assign
from licenses.waiting import people_waiting

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import User
    from licenses.models import Product

LONGEST_FILE: Final = 1024 * 1024
"""Bytes."""
MOST_ROWS: Final = 2_000
TEMPLATE: Final = "email,product,action\r\nbabs@example.com,crm,assign\r\n"
REASON: Final = "CSV"
ASSIGN: Final = "assign"
RELEASE: Final = "release"
_REQUIRED: Final = {"email", "product"}
_COLUMNS: Final = ("email", "product", "action")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, counted as a spreadsheet counts it: the titles are line 1."""

    line: int
    address: str
    product_key: str
    action: str
    is_too_wide: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a readable row means: whose seat of what is given or taken back."""

    row: Row
    user: User
    subscription: Subscription


@dataclass(slots=True)
class Report:
    """What the file would do: the readable rows, and what is wrong as (line, sentence).

    Attributes:
        stays: Why nothing is to do, by the line of each row that is so already.
    """

    rows: list[Row] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    stays: dict[int, str] = field(default_factory=dict)

    @property
    def will(self) -> int:
        """How many rows would be done."""
        return len(self.steps) - len(self.stays)


def decode(content: bytes) -> str:
    """Return the text of an uploaded file.

    Raises:
        UnreadableFileError: It is too long, empty, or no text.
    """
    if len(content) > LONGEST_FILE:
        raise UnreadableFileError(_("The file is longer than 1 MB. Split it."))
    return csv_files.decode(content).text


def read_rows(text: str) -> list[Row]:
    """Return the rows of ``text``; empty lines are skipped.

    Raises:
        UnreadableFileError: A column is missing or there twice, a row cannot be read, or there are
            no rows or too many.
    """
    table = csv_files.read_table(text)
    titles = [title.lower() for title in table.titles]
    if not {*titles} >= _REQUIRED:
        raise UnreadableFileError(
            _(
                "The first line must name the columns “email” and “product”. "
                "Start from the template."
            )
        )
    for title in _COLUMNS:
        if titles.count(title) > 1:
            raise UnreadableFileError(
                _("Two columns are called “%s”. Take out the one that is not meant.") % title
            )
    rows = [_row(each, titles) for each in table.rows()]
    if not rows:
        raise UnreadableFileError(_("The file has no rows below its titles."))
    if len(rows) > MOST_ROWS:
        raise UnreadableFileError(
            _("The file has more than %(most)s rows. Split it.") % {"most": MOST_ROWS}
        )
    return rows


def check(text: str) -> Report:
    """Return what ``text`` would do, in a number of statements that is fixed.

    The seats are counted row by row, as they are given and taken back.

    Raises:
        UnreadableFileError: See :func:`read_rows`.
    """
    report = Report(rows=read_rows(text))
    people = find_people({row.address for row in report.rows})
    subscriptions = _subscriptions({row.product_key for row in report.rows})
    for row in report.rows:
        problem = _problem(row, people, subscriptions)
        if problem:
            report.errors.append((row.line, problem))
        else:
            user, subscription = people[row.address][0], subscriptions[row.product_key]
            report.steps.append(Step(row, user, subscription))
    seats = _Seats(report.steps)
    said: dict[tuple[UUID, int], Row] = {}
    for step in report.steps:
        if reason := seats.why_it_stays(step):
            report.stays[step.row.line] = reason
            continue
        # What the first has done makes the second one possible, so it is its opposite.
        first = said.setdefault((step.user.pk, step.subscription.pk), step.row)
        if first is not step.row:
            report.errors.append((step.row.line, _says_otherwise(first)))
        elif problem := seats.take(step):
            report.errors.append((step.row.line, problem))
    report.errors.sort()
    return report


class _Seats:
    """Who holds a seat, and how many are taken, while the rows are gone through."""

    def __init__(self, steps: Collection[Step]) -> None:
        held = Seat.objects.filter(released=None).order_by()
        counted = held.values_list("subscription_id").annotate(seats=Count("pk"))
        self._taken: dict[int, int] = dict(counted)
        self._held: set[tuple[int, UUID | None]] = {
            *held.filter(user__in={step.user.pk for step in steps}).values_list(
                "subscription_id", "user_id"
            )
        }
        self._waiting = _waiting_for(
            {step.subscription.pk for step in steps if step.row.action == RELEASE}
        )

    def why_it_stays(self, step: Step) -> str:
        """Return why nothing is to do, or nothing."""
        is_held = (step.subscription.pk, step.user.pk) in self._held
        if step.row.action == RELEASE:
            return "" if is_held else _("They do not have this licence.")
        return _("They have this licence already.") if is_held else ""

    def take(self, step: Step) -> str:
        """Give the seat, or take it back; return why it cannot be given, or nothing."""
        key = step.subscription.pk
        holder = (key, step.user.pk)
        if step.row.action == RELEASE:
            self._held.discard(holder)
            self._free(key)
            return ""
        taken = self._taken.get(key, 0)
        refusal = refusal_to_assign(
            step.subscription, step.user, active=step.user.active, taken=taken
        )
        if refusal:
            return str(refusal)
        self._held.add(holder)
        self._taken[key] = taken + 1
        return ""

    def _free(self, key: int) -> None:
        if self._waiting.get(key, 0):
            self._waiting[key] -= 1  # Whoever waits for a seat has it at once.
        else:
            self._taken[key] -= 1


def _says_otherwise(row: Row) -> str:
    """Return why no line may say the opposite of another one: nothing would undo both."""
    return _(
        "Line %(line)s gives or releases this licence of the same person. Take out one of the two."
    ) % {"line": row.line}


def _waiting_for(subscription_ids: Collection[int]) -> dict[int, int]:
    """Return how many people wait for a seat of each subscription."""
    groups: dict[int, list[UUID]] = {}
    given = GroupLicense.objects.filter(subscription_id__in=list(subscription_ids))
    for subscription_id, group_id in given.values_list("subscription_id", "group_id"):
        groups.setdefault(subscription_id, []).append(group_id)
    return {key: people_waiting(key, groups[key]).count() for key in groups}


def _row(read: csv_files.Row, titles: list[str]) -> Row:
    named = dict(zip(titles, read.cells, strict=False))
    return Row(
        line=read.number,
        address=named.get("email", ""),
        product_key=named.get("product", ""),
        action=named.get("action", "").lower() or ASSIGN,
        is_too_wide=is_too_wide(read, len(titles)),
    )


def _subscriptions(written_keys: set[str]) -> dict[str, Subscription]:
    """Return the subscriptions by the key of their product, and by what the file calls it."""
    known = list(Subscription.objects.select_related("product"))
    subscriptions = {each.product.key: each for each in known}
    for written in written_keys - subscriptions.keys():
        meant = [each for each in known if _is_called(each.product, written)]
        if len(meant) == 1:
            subscriptions[written] = meant[0]
    return subscriptions


def _is_called(product: Product, written: str) -> bool:
    """Whether ``written`` is the product's key or name, in any letter case."""
    return written.casefold() in {product.key.casefold(), product.name.casefold()}


def _problem(
    row: Row, people: dict[str, list[User]], subscriptions: dict[str, Subscription]
) -> str:
    if row.is_too_wide:
        return too_wide()
    if row.action not in {ASSIGN, RELEASE}:
        return _("The action “%s” is unknown. Write assign or release.") % row.action
    matching = people[row.address]
    if not matching:
        return _("Nobody here has the address “%s”.") % row.address
    if len(matching) > 1:
        return _("Several people have the address “%s”. Write the user name.") % row.address
    if row.product_key not in subscriptions:
        known = ", ".join(sorted({each.product.key for each in subscriptions.values()})) or "-"
        return _("There is no licence for “%(product)s”. You have: %(known)s.") % {
            "product": row.product_key,
            "known": known,
        }
    return ""
