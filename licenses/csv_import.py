"""Licences by CSV: one line for each person and product; a file with a problem does nothing.

The lines are gone through portion by portion without writing: each portion of :data:`PORTION` takes
three statements, and a subscription of which seats are taken back one or two more.  What is kept
besides a portion are keys: who was met, who holds what, and which line said so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.csv_files import is_too_wide, too_wide
from accounts.storage.finding import find_people
from licenses.models import GroupLicense, Seat, Subscription
from licenses.services import refusal_to_assign
from licenses.waiting import people_waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts import csv_files
    from accounts.models import User
    from licenses.models import Product

PORTION: Final = 1_000
TEMPLATE: Final = "email,product,action\r\nbabs@example.com,crm,assign\r\n"
REASON: Final = "CSV"
ASSIGN: Final = "assign"
RELEASE: Final = "release"
PERSON: Final = "person"
LICENCE: Final = "licence"
ACTION: Final = "action"
"""What a column may be."""


class Kind(StrEnum):
    """What a row would do."""

    ASSIGN = "assign"
    RELEASE = "release"
    STAYS = "stays"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the columns of a file are meant.

    Attributes:
        fields: What each column is, empty for one that is ignored.
        licence: The subscription that every line is about, where no column says it.
        action: What every line does; empty where a column says it.
    """

    fields: list[str]
    licence: int | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, counted as a spreadsheet counts it: the titles are line 1."""

    line: int
    address: str
    product_key: str
    action: str
    is_too_wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a row would do.

    Attributes:
        reason: Why it stays as it is, or what is wrong with it.
        user: Whom it is about, where that is known.
        subscription: Of what a seat is given or taken back, where that is known.
    """

    row: Row
    kind: Kind
    reason: str = ""
    user: User | None = None
    subscription: Subscription | None = None

    @property
    def number(self) -> int:
        """The row, counted as a spreadsheet counts it."""
        return self.row.line

    @property
    def name(self) -> str:
        """Whom and what it is about, in the words of the file."""
        words = {"person": self.row.address, "product": self.row.product_key}
        return _("%(person)s, %(product)s") % words


def planned(table: csv_files.Table, layout: Layout) -> Iterator[Step]:
    """Yield what each row would do, in the order of the file.

    The seats are counted row by row, as they are given and taken back.

    Raises:
        UnreadableFileError: A row cannot be read.
    """
    rows, plan = table.rows(), _Plan(layout)
    while portion := list(islice(rows, PORTION)):
        yield from plan.steps(portion)


class _Plan:
    """Goes through a file, and knows what stood in it before."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._columns = {name: n for n, name in enumerate(layout.fields) if name}
        self._licences = _Licences()
        self._fixed = self._licences.called(layout.licence)
        self._seats = _Seats()
        self._said: dict[tuple[UUID, int], int] = {}

    def steps(self, portion: list[csv_files.Row]) -> Iterator[Step]:
        """Yield what each of these rows would do."""
        rows = [self._row(each) for each in portion]
        people = find_people({row.address for row in rows if row.address})
        self._seats.meet({found[0].pk for found in people.values() if len(found) == 1})
        for row in rows:
            yield self._step(row, people.get(row.address, []))

    def _row(self, read: csv_files.Row) -> Row:
        said = {
            name: read.cells[n] if n < len(read.cells) else "" for name, n in self._columns.items()
        }
        return Row(
            line=read.number,
            address=said[PERSON],
            product_key=said.get(LICENCE, self._fixed),
            action=self._layout.action or said.get(ACTION, "").lower() or ASSIGN,
            is_too_wide=is_too_wide(read, len(self._layout.fields)),
        )

    def _step(self, row: Row, matching: list[User]) -> Step:
        user = matching[0] if len(matching) == 1 else None
        subscription = self._licences.find(row.product_key)
        if problem := self._problem(row, matching, subscription):
            return Step(row=row, kind=Kind.REFUSED, reason=problem, user=user)
        assert user is not None  # noqa: S101 - else there was a problem
        assert subscription is not None  # noqa: S101 - else there was a problem
        kind, reason = self._judged(row, user, subscription)
        return Step(row=row, kind=kind, reason=reason, user=user, subscription=subscription)

    def _judged(self, row: Row, user: User, subscription: Subscription) -> tuple[Kind, str]:
        kind = Kind.RELEASE if row.action == RELEASE else Kind.ASSIGN
        if reason := self._seats.why_it_stays(kind, user, subscription):
            return Kind.STAYS, reason
        # What the first has done makes the second one possible, so it is its opposite.
        first = self._said.setdefault((user.pk, subscription.pk), row.line)
        if first != row.line:
            return Kind.REFUSED, _says_otherwise(first)
        problem = self._seats.take(kind, user, subscription)
        return (Kind.REFUSED, problem) if problem else (kind, "")

    def _problem(self, row: Row, matching: list[User], subscription: Subscription | None) -> str:
        if row.is_too_wide:
            return too_wide()
        if row.action not in {ASSIGN, RELEASE}:
            return _("The action “%s” is unknown. Write assign or release.") % row.action
        if len(matching) != 1:
            return _nobody_found(row.address, matching)
        if subscription is None:
            return _("There is no licence for “%(product)s”. You have: %(known)s.") % {
                "product": row.product_key,
                "known": self._licences.told,
            }
        return ""


class _Licences:
    """The subscriptions, found by what a file calls their product."""

    def __init__(self) -> None:
        self._known = list(Subscription.objects.select_related("product"))
        self._by_key = {each.product.key: each for each in self._known}
        self._by_name: dict[str, list[Subscription]] = {}
        for each in self._known:
            for name in _names_of(each.product):
                self._by_name.setdefault(name, []).append(each)

    def called(self, key: int | None) -> str:
        """Return what a file calls this subscription, if it is there."""
        return next((each.product.key for each in self._known if each.pk == key), "")

    def find(self, written: str) -> Subscription | None:
        """Return what has ``written`` for its key, else its key or name in any letter case."""
        if found := self._by_key.get(written):
            return found
        meant = self._by_name.get(written.casefold(), [])
        return meant[0] if len(meant) == 1 else None

    @property
    def told(self) -> str:
        """What there is."""
        return ", ".join(sorted(self._by_key)) or "-"


class _Seats:
    """Who holds a seat, and how many are taken, while the rows are gone through."""

    def __init__(self) -> None:
        counted = _current_seats().values_list("subscription_id").annotate(seats=Count("pk"))
        self._taken: dict[int, int] = dict(counted)
        self._held: set[tuple[int, UUID | None]] = set()
        self._met: set[UUID] = set()
        self._waiting: dict[int, int] = {}

    def meet(self, people: set[UUID]) -> None:
        """Read what these people hold; of whom was met before it is known."""
        held = _current_seats().filter(user__in=people - self._met)
        self._held.update(held.values_list("subscription_id", "user_id"))
        self._met |= people

    def why_it_stays(self, kind: Kind, user: User, subscription: Subscription) -> str:
        """Return why nothing is to do, or nothing."""
        is_held = (subscription.pk, user.pk) in self._held
        if kind is Kind.RELEASE:
            return "" if is_held else _("They do not have this licence.")
        return _("They have this licence already.") if is_held else ""

    def take(self, kind: Kind, user: User, subscription: Subscription) -> str:
        """Give the seat, or take it back; return why it cannot be given, or nothing."""
        key = subscription.pk
        if kind is Kind.RELEASE:
            self._held.discard((key, user.pk))
            self._free(key)
            return ""
        taken = self._taken.get(key, 0)
        refusal = refusal_to_assign(subscription, user, active=user.active, taken=taken)
        if refusal:
            return str(refusal)
        self._held.add((key, user.pk))
        self._taken[key] = taken + 1
        return ""

    def _free(self, key: int) -> None:
        if key not in self._waiting:
            self._waiting[key] = _waiting_for(key)
        if self._waiting[key]:
            self._waiting[key] -= 1  # Whoever waits for a seat has it at once.
        else:
            self._taken[key] -= 1


def _current_seats() -> QuerySet[Seat]:
    return Seat.objects.filter(released=None).order_by()


def _names_of(product: Product) -> set[str]:
    return {product.key.casefold(), product.name.casefold()}


def _nobody_found(address: str, matching: list[User]) -> str:
    if not address:
        return _("The line does not say whom it is about. Fill in the address or user name.")
    if not matching:
        return _("Nobody here has the address “%s”.") % address
    return _("Several people have the address “%s”. Write the user name.") % address


def _says_otherwise(line: int) -> str:
    """Return why no line may say the opposite of another one: nothing would undo both."""
    text = _(
        "Line %(line)s gives or releases this licence of the same person. Take out one of the two."
    )
    return text % {"line": line}


def _waiting_for(subscription_id: int) -> int:
    """Return how many people wait for a seat of a subscription."""
    given = GroupLicense.objects.filter(subscription_id=subscription_id)
    groups = list(given.values_list("group_id", flat=True))
    return people_waiting(subscription_id, groups).count() if groups else 0
