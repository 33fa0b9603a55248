"""Licences by CSV: one line for each person and product, all of the file or nothing.

The columns are ``email`` (or user name), ``product`` (its key or name) and, if wanted, ``action``:
``assign``, which is meant when it is left out, or ``release``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.csv_cells import unharmed
from accounts.storage.finding import find_people
from licenses.errors import LicenseError
from licenses.models import Subscription
from licenses.services import assign_seat, release_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from licenses.models import Product

LONGEST_FILE: Final = 1024 * 1024
"""Bytes."""
MOST_ROWS: Final = 2_000
TEMPLATE: Final = "email,product,action\r\nbabs@example.com,crm,assign\r\n"
REASON: Final = "CSV"
_REQUIRED: Final = {"email", "product"}


class UnreadableFileError(ValueError):
    """The file is no CSV of the form that is asked for; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, counted as a spreadsheet counts it: the titles are line 1."""

    line: int
    address: str
    product_key: str
    action: str


@dataclass(slots=True)
class Report:
    """What the file would do: the readable rows, and what is wrong as (line, sentence)."""

    rows: list[Row] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


class _PreviewOnlyError(Exception):
    """Undoes what was tried."""


def decode(content: bytes) -> str:
    """Return the text of an uploaded file.

    Raises:
        UnreadableFileError: It is too long, or not UTF-8.
    """
    if len(content) > LONGEST_FILE:
        raise UnreadableFileError(_("The file is longer than 1 MB. Split it."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            _("The file is not text in UTF-8. Save it as “CSV UTF-8” in your spreadsheet.")
        ) from error


def read_rows(text: str) -> list[Row]:
    """Return the rows of ``text``; empty lines are skipped.

    Raises:
        UnreadableFileError: A column is missing, or there are no rows or too many.
    """
    if "\x00" in text:
        raise UnreadableFileError(
            _("The file is not a CSV file: it holds binary data. Save it as “CSV UTF-8”.")
        )
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(
        text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    titles = {str(title).strip().lower() for title in reader.fieldnames or ()}
    if not titles >= _REQUIRED:
        raise UnreadableFileError(
            _(
                "The first line must name the columns “email” and “product”. "
                "Start from the template."
            )
        )
    try:
        rows = list(_rows(reader))
    except csv.Error as error:
        raise UnreadableFileError(_("The file is not a CSV file: %s.") % error) from error
    if not rows:
        raise UnreadableFileError(_("The file has no rows below its titles."))
    if len(rows) > MOST_ROWS:
        raise UnreadableFileError(
            _("The file has more than %(most)s rows. Split it.") % {"most": MOST_ROWS}
        )
    return rows


def preview(text: str) -> Report:
    """Return what ``text`` would do, having changed nothing.

    Raises:
        UnreadableFileError: See :func:`read_rows`.
    """
    report = Report(rows=read_rows(text))
    try:
        with transaction.atomic():
            report.errors = _perform(report.rows)
            raise _PreviewOnlyError
    except _PreviewOnlyError:
        return report


def apply(text: str) -> Report:
    """Do what ``text`` says if nothing in it is wrong; with an error nothing is changed.

    Raises:
        UnreadableFileError: See :func:`read_rows`.
    """
    report = Report(rows=read_rows(text))
    with transaction.atomic():
        report.errors = _perform(report.rows)
        if report.errors:
            transaction.set_rollback(True)
    return report


def _rows(reader: csv.DictReader[str]) -> Iterator[Row]:
    for cells in reader:
        named = {
            str(title).strip().lower(): unharmed(value.strip())
            for title, value in cells.items()
            if isinstance(value, str)
        }
        if any(named.values()):
            yield Row(
                line=reader.line_num,
                address=named.get("email", ""),
                product_key=named.get("product", ""),
                action=named.get("action", "").lower() or "assign",
            )


def _perform(rows: list[Row]) -> list[tuple[int, str]]:
    people = find_people({row.address for row in rows})
    known = list(Subscription.objects.select_related("product"))
    subscriptions = {each.product.key: each for each in known}
    for written in {row.product_key for row in rows} - subscriptions.keys():
        meant = [each for each in known if _is_called(each.product, written)]
        if len(meant) == 1:
            subscriptions[written] = meant[0]
    errors = []
    for row in rows:
        problem = _problem(row, people, subscriptions)
        if not problem:
            problem = _do(row, people[row.address][0], subscriptions[row.product_key])
        if problem:
            errors.append((row.line, problem))
    return errors


def _is_called(product: Product, written: str) -> bool:
    """Whether ``written`` is the product's key or name, in any letter case."""
    return written.casefold() in {product.key.casefold(), product.name.casefold()}


def _problem(
    row: Row, people: dict[str, list[User]], subscriptions: dict[str, Subscription]
) -> str:
    if row.action not in {"assign", "release"}:
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


def _do(row: Row, user: User, subscription: Subscription) -> str:
    if row.action == "release":
        release_seat(subscription=subscription, user=user, reason=REASON)
        return ""
    try:
        assign_seat(subscription=subscription, user=user, reason=REASON)
    except LicenseError as refusal:
        return str(refusal)
    return ""
