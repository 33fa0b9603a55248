"""A form that came back: what was touched, and what has become of the rest since it was shown.

Every form that shows what is stored is used like this; ``templates/components/version.html`` puts
the hidden field into the page, ``templates/components/difference.html`` shows the difference::

    now = page_of(SomeForm(instance=stored))                       # without data
    version = seal(now, about)                                     # on GET
    submission = Submission(about, request.POST, now)              # on POST
    form = SomeForm(submission.data, instance=stored)
    if submission.is_stale: ...                # write nothing, show submission.differences()

``submission.data`` holds what was typed into the fields that were touched, and what is stored for
all others.  Whoever writes locks first, makes ``now`` anew and calls :meth:`Submission.require`.
The forms of :class:`console.base.audited_admin.AuditedModelAdmin` do all that themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import AccountError
from accounts.identifiers import read_number
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import VERSION, Page, Row, Table, Values, as_sent, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse, QueryDict

    from accounts.models import AuditEntry

_ATTEMPTS: Final = 3
_MOST_ROWS: Final = 1_000
_CHANGED: Final = gettext_lazy(
    "Nothing was saved: somebody else changed what this form shows while it was open. Below is "
    "what is different. What you entered is kept; look at it, and save again if it is still right."
)
_UNKNOWN: Final = gettext_lazy(
    "Nothing was saved: the form came back without the record of what it showed. What you entered "
    "is kept; look at it, and save again if it is right."
)
_CAME_BACK: Final = gettext_lazy(
    "Nothing was saved: you were signed out while this form was open. What you entered is here "
    "again; look at it, and save if it is still right."
)
SEEN_OTHERWISE: Final = gettext_lazy(
    "Nothing was done: what the page showed has changed since. This is how it is now; press the "
    "button again if it is still right."
)


class StaleFormError(AccountError):
    """What a form shows was changed while it was open; nothing was written."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(_CHANGED))


def came_back() -> StaleFormError:
    """Say why a form is shown again that waited while its person signed in."""
    return StaleFormError(str(_CAME_BACK))


class Difference(NamedTuple):
    """One thing that is not as it was shown, in words; ``entered`` is empty when left alone.

    ``who`` did it, and ``when``, if the audit trail tells.
    """

    label: str
    saw: str
    now: str
    entered: str
    who: str = ""
    when: datetime | None = None


class Submission:
    """What came back of a form that showed a page ``about`` something, which is ``now`` so.

    Attributes:
        data: What to give to the form: what was typed into touched fields, what is stored in
            the others.
        version: What the next form carries.
        shown_at: When the form was shown; ``None`` when that is unknown.
        is_back: Whether it waited while its person signed in again, and is to be looked at.
        is_stale: Whether nothing may be written.  A form that asks for what is so already does
            no harm, such as one that was sent twice.
    """

    def __init__(
        self, about: str, data: QueryDict, now: Page, files: Mapping[str, Any] | None = None
    ) -> None:
        shown = unseal(data.get(VERSION, ""), about)
        self.now = now
        self.version = seal(now, about)
        self.shown_at = shown.at if shown else None
        self._shown = shown.page if shown else now
        self._typed = _typed(data, self._shown, now)
        self._closed = _typed_into_closed(data, self._shown, now)
        merged = _merged(self._shown, self._typed, now)
        self.data = _sent(data, merged, self._typed)
        asks_something = bool(files or self._closed) or merged != now
        self.is_back = LOOK_AGAIN in data
        self.is_stale = self.is_back or (asks_something and (shown is None or shown.page != now))

    def require(self, now: Page) -> None:
        """Refuse when the page, read again under the lock of the writer, is ``now`` another.

        Raises:
            StaleFormError: It is.
        """
        if now != self.now:
            raise StaleFormError

    @property
    def refusal(self) -> StaleFormError:
        """Say why a stale form was not written."""
        if self.is_back and self.shown_at and self._shown == self.now:
            return came_back()
        return StaleFormError(str(_CHANGED if self.shown_at else _UNKNOWN))

    def touched(self) -> set[str]:
        """Return the fields of the form into which something else was typed than they showed."""
        return {self.now.owners[name] for name in self._touched()}

    def untouched(self) -> frozenset[str]:
        """Return the fields of the form that came back as they were shown."""
        return frozenset(self.now.owners.values()) - self.touched()

    def _touched(self) -> set[str]:
        fields = self._typed.fields.items()
        return {name for name, values in fields if values != self._shown.fields.get(name, values)}

    def differences(self, entries: Iterable[AuditEntry] = ()) -> list[Difference]:
        """Return what is not as it was shown, or, if that is unknown, what would be changed.

        ``entries`` are those of the audit trail since :attr:`shown_at`, the newest first.
        """
        trail = list(entries)
        found = [*self._fields(), *self._facts(), *self._tables()]
        return [_signed(name, difference, trail) for name, difference in found]

    def _fields(self) -> Iterator[tuple[str, Difference]]:
        touched = self._touched()
        for name, values in self.now.fields.items():
            before = self._shown.fields.get(name, values)
            entered = self._typed.fields[name] if name in touched else None
            if before == values and (self.shown_at or entered is None):
                continue
            yield (
                name,
                Difference(
                    label=self.now.labels[name],
                    saw=self._in_words(name, before),
                    now=self._in_words(name, values),
                    entered="" if entered is None else self._in_words(name, entered),
                ),
            )

    def _facts(self) -> Iterator[tuple[str, Difference]]:
        nothing = _("nothing")
        for name, value in self.now.facts.items():
            entered = self._closed.get(name)
            before = self._shown.facts.get(name)
            if before is None:
                before = self._in_words(name, self._shown.fields.get(name, [value]))
            if before != value or entered is not None:
                yield (
                    name,
                    Difference(
                        label=self.now.labels[name],
                        saw=before or nothing,
                        now=value or nothing,
                        entered="" if entered is None else self._in_words(name, entered),
                    ),
                )

    def _tables(self) -> Iterator[tuple[str, Difference]]:
        for prefix, table in self.now.tables.items():
            before = self._shown.tables.get(prefix, table)
            rows, typed = _by_key(before), self._typed.tables[prefix].rows
            entered = dict(zip(rows, typed, strict=False))
            now = _by_key(table)
            for key in {**rows, **now}:
                if rows.get(key) == now.get(key):
                    continue
                touched = key in entered and entered[key] != rows[key]
                yield (
                    prefix,
                    Difference(
                        label=f"{table.label}: {key}",
                        saw=_row_in_words(rows.get(key)),
                        now=_row_in_words(now.get(key)),
                        entered=_row_in_words(entered[key]) if touched else "",
                    ),
                )

    def _in_words(self, name: str, values: list[str]) -> str:
        words = {**self._shown.words.get(name, {}), **self.now.words.get(name, {})}
        texts = [words.get(value, value) for value in values or [""]]
        return ", ".join(text for text in texts if text) or _("nothing")


def answered(request: HttpRequest, submit: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what ``submit`` answers, asked again when somebody came in between.

    The second time it sees beforehand what has changed, and can show it.

    Raises:
        StaleFormError: Again and again somebody came in between.
    """
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return submit()
        except StaleFormError:
            for name in request.FILES:
                for file in request.FILES.getlist(name):
                    file.seek(0)
    return submit()


def is_as_seen(about: str, data: QueryDict, now: Page) -> bool:
    """Whether the page on which a button stood was as it is ``now``, as far as that is known."""
    shown = unseal(data.get(VERSION, ""), about)
    return shown is not None and shown.page == now


def require_as_seen(about: str, data: QueryDict, now: Page) -> None:
    """Refuse what a button asks unless the page that it stood on was as it is ``now``.

    Call it in the transaction of the change, when what is to be changed is held.

    Raises:
        StaleFormError: It was not, or it is unknown.
    """
    if not is_as_seen(about, data, now):
        raise StaleFormError(str(SEEN_OTHERWISE))


def _typed(data: QueryDict, shown: Page, now: Page) -> Page:
    """Return what was typed; a field that did not come at all was not there to be touched."""
    fields = {
        name: _came(data, name, shown.fields.get(name, stored), is_box=name in now.boxes)
        for name, stored in now.fields.items()
    }
    tables = {
        prefix: _typed_table(data, prefix, shown.tables.get(prefix, table), table)
        for prefix, table in now.tables.items()
    }
    return Page(fields, tables=tables)


def _typed_into_closed(data: QueryDict, shown: Page, now: Page) -> Values:
    """Return what was typed into fields that have become facts since they were shown."""
    typed = {
        name: [as_sent(value) for value in data.getlist(name)]
        for name in now.facts.keys() & shown.fields.keys()
        if name in data or shown.words.get(name)
    }
    return {name: values for name, values in typed.items() if values != shown.fields[name]}


def _came(data: QueryDict, name: str, otherwise: list[str], *, is_box: bool) -> list[str]:
    if name not in data:
        return [] if is_box else otherwise
    return [as_sent(value) for value in data.getlist(name)]


def _typed_table(data: QueryDict, prefix: str, shown: Table, now: Table) -> Table:
    total = read_number(data.get(f"{prefix}-TOTAL_FORMS", ""))
    if total is None:
        return shown
    rows = []
    for number in range(min(total, _MOST_ROWS)):
        stored = shown.rows[number].values if number < len(shown.rows) else now.blank.values
        if not any(f"{prefix}-{number}-{name}" in data for name in now.blank.values):
            rows.append(Row(stored))  # All of it can be read only, so nothing came.
            continue
        rows.append(
            Row(
                {
                    name: _came(
                        data, f"{prefix}-{number}-{name}", stored.get(name, []), is_box=is_box
                    )
                    for name in now.blank.values
                    for is_box in (name in now.boxes,)
                }
            )
        )
    return replace(shown, rows=rows)


def _merged(shown: Page, typed: Page, now: Page) -> Page:
    """Return what is typed where something was touched, and what is ``now`` elsewhere."""
    fields = _merged_values(shown.fields, typed.fields, now.fields, sets=now.sets)
    tables = {
        prefix: _merged_table(shown.tables.get(prefix, table), typed.tables[prefix], table)
        for prefix, table in now.tables.items()
    }
    return replace(now, fields=fields, tables=tables)


def _merged_values(shown: Values, typed: Values, now: Values, sets: Container[str] = ()) -> Values:
    merged = {}
    for name, values in now.items():
        before, after = shown.get(name, typed[name]), typed[name]
        if before == after:
            merged[name] = values
        elif name in sets:
            ticked = [value for value in after if value not in {*before, *values}]
            merged[name] = [v for v in values if v in after or v not in before] + ticked
        else:
            merged[name] = after
    return merged


def _merged_table(shown: Table, typed: Table, now: Table) -> Table:
    """Do so row by row.

    Rows that others have added stay; those that others have removed come back, as new ones, only
    if something was typed into them.
    """
    stored, before = _by_key(now), _by_key(shown)
    of_shown = dict(zip(before, typed.rows, strict=False))
    rows = [
        replace(row, values=_merged_values(before[key].values, of_shown[key].values, row.values))
        if key in of_shown
        else row
        for key, row in stored.items()
    ]
    lost = [row for key, row in of_shown.items() if key not in stored and row != before[key]]
    for row in [*lost, *typed.rows[len(before) :]]:
        if row != now.blank and row not in rows:
            rows.append(replace(row, kept=now.blank.kept, is_new=True))
    return replace(now, rows=rows)


def _by_key(table: Table) -> dict[str, Row]:
    return {" ".join(row.values.get(table.key, ())): row for row in table.rows}


def _sent(data: QueryDict, merged: Page, typed: Page) -> QueryDict:
    """Return ``data`` with the values of ``merged`` in place of those that came.

    Blank rows stay, so that there is a place to enter one.
    """
    sent = data.copy()
    for name, values in merged.fields.items():
        sent.setlist(name, values)
        if not values:
            del sent[name]
    for prefix, table in merged.tables.items():
        blank = [table.blank for row in typed.tables[prefix].rows if row == table.blank]
        _send_rows(sent, prefix, [*table.rows, *blank])
    return sent


def _send_rows(sent: QueryDict, prefix: str, rows: list[Row]) -> None:
    for name in [name for name in sent if name.startswith(f"{prefix}-")]:
        del sent[name]
    sent[f"{prefix}-INITIAL_FORMS"] = str(sum(not row.is_new for row in rows))
    sent[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    for number, row in enumerate(rows):
        for name, values in {**row.kept, **row.values}.items():
            if values:
                sent.setlist(f"{prefix}-{number}-{name}", values)


def _row_in_words(row: Row | None) -> str:
    if row is None:
        return _("nothing")
    texts = (" ".join(values) for values in row.values.values())
    return ", ".join(text for text in texts if text) or _("nothing")


def _signed(name: str, difference: Difference, trail: list[AuditEntry]) -> Difference:
    """Add who did it: the latest who changed just this, or the only one who changed anything."""
    telling = [entry for entry in trail if _tells_of(entry, name)]
    if not telling and len({entry.actor for entry in trail}) == 1:
        telling = trail
    if not telling:
        return difference
    return difference._replace(who=telling[0].actor, when=telling[0].at)


def _tells_of(entry: AuditEntry, name: str) -> bool:
    changed = {*(entry.details.get("changed") or ()), *(entry.details.get("changes") or ())}
    return name in entry.details or name in changed or name in entry.action
