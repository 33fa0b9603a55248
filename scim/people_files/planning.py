"""What a file of people would do to whom, worked out portion by portion without writing.

Each portion of :data:`PORTION` rows takes three statements, so a file of 50,000 rows costs fifty
times what one of a thousand costs, and needs the memory of a portion besides the names in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.csv_files import is_too_wide, too_wide
from accounts.errors import NameNotPermittedError
from accounts.managed import held_fields, holders_of_many
from accounts.models import User
from accounts.names import email_key, user_name_key
from accounts.person_names import person_name
from accounts.services.users import UserFields
from scim.people_files.fields import as_read, checked, differing, filled
from scim.sources.field_labels import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from accounts.csv_files import Row, Table
    from accounts.managed import Holder

PORTION: Final = 1_000
MATCHED_BY: Final = ("user_name", "email", "external_id")
"""The fields by which a row may find the person that it is about."""


class Kind(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the columns of a file are meant.

    Attributes:
        fields: The field that each column fills, empty for one that is ignored.
        match: The field that says whom a row is about.
        overwrites: Whether fields that an identity provider manages are overwritten.
        invites: Whether new people are mailed an invitation.
    """

    fields: list[str]
    match: str
    overwrites: bool = False
    invites: bool = False

    @property
    def columns(self) -> list[tuple[int, str]]:
        """The columns that fill a field, by their number."""
        return [(number, name) for number, name in enumerate(self.fields) if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a row would do.

    Attributes:
        number: The row, counted as a spreadsheet counts it.
        name: Whom it is about.
        values: What would be written, by field; nothing where nothing is.
        changes: Label, before and after of what a person who is there has otherwise.
        reason: Why it is refused, or what of it is left as it is.
        user: Who is there.
    """

    number: int
    kind: Kind
    name: str
    values: dict[str, str] = field(default_factory=dict)
    changes: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    user: User | None = None


def planned(table: Table, layout: Layout) -> Iterator[Step]:
    """Yield what each row would do, in the order of the file.

    Raises:
        UnreadableFileError: A row cannot be read.
    """
    rows, plan = table.rows(), _Plan(layout)
    while portion := list(islice(rows, PORTION)):
        yield from plan.steps(portion)


@dataclass(slots=True)
class _Asked:
    """A row that can be read: its values, and how what it is found by is compared."""

    row: Row
    values: dict[str, str]
    key: str
    name_key: str


class _Found:
    """Who is there already whom the rows of a portion may be about or be called like."""

    def __init__(self, asked: Iterable[_Asked], match: str) -> None:
        asked = list(asked)
        column = _column_of(match)
        condition = Q(user_name_ci__in={each.name_key for each in asked if each.name_key})
        if column != "user_name_ci":
            condition |= Q(**{f"{column}__in": {each.key for each in asked if each.key}})
        people = list(User.objects.filter(condition)) if asked else []
        self.called = {user.user_name_ci: user for user in people}
        self.matching: dict[str, list[User]] = defaultdict(list)
        for user in people:
            self.matching[getattr(user, column)].append(user)
        self.holders: dict[UUID, list[Holder]] = holders_of_many(people)


class _Plan:
    """Goes through a file, and knows what stood in it before."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._keys: dict[str, int] = {}
        self._names: dict[str, int] = {}

    def steps(self, rows: list[Row]) -> Iterator[Step]:
        """Yield what each of these rows would do."""
        read = [self._read(row) for row in rows]
        found = _Found((each for each in read if isinstance(each, _Asked)), self._layout.match)
        for each in read:
            if isinstance(each, Step):
                yield each
                continue
            try:
                yield self._step(each, found)
            except ValidationError as refusal:
                yield _refused(each.row, each.values, " ".join(refusal.messages))

    def _read(self, row: Row) -> _Asked | Step:
        values = as_read(row.cells, self._layout.columns)
        try:
            if is_too_wide(row, len(self._layout.fields)):
                raise ValidationError(too_wide())
            checked(values)
            key = _compared(self._layout.match, values.get(self._layout.match, ""))
            if not key:
                text = _("%(field)s is empty, and says whom the line is about. Fill it in.")
                raise ValidationError(text % {"field": label_of(self._layout.match)})
            _once(self._keys, key, row, self._layout.match)
            name = values.get("user_name") or values.get("email", "")
            name_key = _compared("user_name", name)
        except (ValidationError, NameNotPermittedError) as refusal:
            return _refused(row, values, " ".join(getattr(refusal, "messages", [str(refusal)])))
        return _Asked(row, values, key, name_key)

    def _step(self, asked: _Asked, found: _Found) -> Step:
        matching = found.matching.get(asked.key, [])
        if len(matching) > 1:
            text = _("Several people have this: %(field)s. Use a column that tells them apart.")
            raise ValidationError(text % {"field": label_of(self._layout.match)})
        if matching:
            return self._change(asked, matching[0], found)
        return self._new(asked, found)

    def _new(self, asked: _Asked, found: _Found) -> Step:
        values = dict(asked.values)
        values.setdefault("user_name", values.get("email", ""))
        if not values["user_name"]:
            raise ValidationError(_("Somebody new needs a user name or an e-mail address."))
        if "@" in values["user_name"]:
            values.setdefault("email", values["user_name"])
        self._require_free(asked, None, found)
        _once(self._names, asked.name_key, asked.row, "user_name")
        checked(values)
        filled(UserFields(user_name=values["user_name"]), values)
        return Step(number=asked.row.number, kind=Kind.NEW, name=_called(values), values=values)

    def _change(self, asked: _Asked, user: User, found: _Found) -> Step:
        before = UserFields.of(user)
        wanted = differing(before, asked.values)
        held = {} if self._layout.overwrites else held_fields(found.holders[user.pk])
        left = [name for name in wanted if name in held]
        for name in left:
            del wanted[name]
        if "user_name" in wanted:
            self._require_free(asked, user, found)
            _once(self._names, asked.name_key, asked.row, "user_name")
        values = {name: after for name, (_before, after) in wanted.items()}
        filled(before, values)
        return Step(
            number=asked.row.number,
            kind=Kind.CHANGED if values else Kind.UNCHANGED,
            name=user.name_and_address,
            values=values,
            changes=[
                {"label": label_of(name), "before": was, "after": after}
                for name, (was, after) in wanted.items()
            ],
            reason=" ".join(_left_to(held[name], name) for name in left),
            user=user,
        )

    def _require_free(self, asked: _Asked, user: User | None, found: _Found) -> None:
        other = found.called.get(asked.name_key)
        if other is not None and (user is None or other.pk != user.pk):
            text = _("Somebody else has the user name “%(name)s” already: %(person)s.")
            words = {"name": other.user_name, "person": other.get_full_name()}
            raise ValidationError(text % words)


def _left_to(holders: list[str], name: str) -> str:
    text = _("%(field)s stays as it is: %(holders)s manages it.")
    return text % {"field": label_of(name), "holders": ", ".join(holders)}


def _once(seen: dict[str, int], key: str, row: Row, name: str) -> None:
    """Note that ``row`` has ``key``.

    Raises:
        ValidationError: A row above has it.
    """
    first = seen.setdefault(key, row.number)
    if first != row.number:
        text = _("Line %(line)s has the same: %(field)s. Only the first one counts.")
        raise ValidationError(text % {"line": first, "field": label_of(name)})


def _compared(name: str, value: str) -> str:
    if not value or name == "external_id":
        return value
    return user_name_key(value) if name == "user_name" else email_key(value)


def _column_of(match: str) -> str:
    return match if match == "external_id" else f"{match}_ci"


def _called(values: dict[str, Any]) -> str:
    name = person_name(
        display_name=values.get("display_name", ""),
        given_name=values.get("given_name", ""),
        family_name=values.get("family_name", ""),
        user_name=values.get("user_name", "") or values.get("email", ""),
    )
    address = values.get("user_name", "") or values.get("email", "")
    return name if name == address or not address else f"{name} ({address})"


def _refused(row: Row, values: dict[str, str], reason: str) -> Step:
    return Step(number=row.number, kind=Kind.REFUSED, name=_called(values), reason=reason)
