"""What a form shows, in the words of a browser: the names and values it would send untouched.

What was shown travels with the form, signed, and comes back with what was typed.  So a form knows
what the person has touched, and whether what they looked at is still so; see
:mod:`accounts.posted_forms.submissions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core import signing
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from django.forms import BaseForm, BaseFormSet
    from django.forms.boundfield import BoundField

Values = dict[str, list[str]]
"""The values that are sent under each name; an unticked box sends none."""

VERSION: Final = "version"
"""The name of the hidden field that carries what was shown."""

_SALT: Final = "gatehouse.shown"
_NO_LINE_BREAKS: Final = frozenset({"text", "search", "url", "tel", "email", "password"})
_TRIMMED: Final = frozenset({"url", "email"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; ``kept`` is what its hidden fields send, such as the row's key.

    A row that is not stored yet is new.
    """

    values: Values
    kept: Values = field(default_factory=dict, compare=False)
    is_new: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a formset that are stored; ``key`` is the column that tells them apart.

    ``blank`` is an empty further row, ``boxes`` are columns that send nothing when unticked.
    """

    key: str
    rows: list[Row]
    label: str = field(default="", compare=False)
    blank: Row = field(default_factory=lambda: Row({}), compare=False)
    boxes: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that a form shows of what is stored.

    ``facts`` is what stands there to be read only.  ``labels`` names fields for people, and
    ``words`` their values where these are keys; ``owners`` are the fields of the form that send
    something under each name, ``boxes`` the names that do not come when nothing is ticked, and
    ``sets`` those of them under which several values are ticked one by one.
    """

    fields: Values
    facts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict, compare=False)
    words: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)
    owners: dict[str, str] = field(default_factory=dict, compare=False)
    boxes: frozenset[str] = field(default=frozenset(), compare=False)
    sets: frozenset[str] = field(default=frozenset(), compare=False)


class TableOf(NamedTuple):
    """A formset of a page, the column that tells its rows apart, and what people call it."""

    formset: BaseFormSet[Any]
    key: str
    label: str = ""


class Fact(NamedTuple):
    """A value that a page shows beside its form, and what people call it."""

    label: str
    value: str


class Shown(NamedTuple):
    """What a form showed, and when."""

    page: Page
    at: datetime


def page_of(
    form: BaseForm,
    *,
    names: Container[str] | None = None,
    tables: Iterable[TableOf] = (),
    facts: Mapping[str, Fact] | None = None,
) -> Page:
    """Return what ``form``, which has no data, shows with ``tables`` and ``facts`` beside it.

    With ``names``, only those of its fields are on the page.
    """
    parts = _Parts()
    read_only = {name: fact.value for name, fact in (facts or {}).items()}
    labels = {name: str(fact.label) for name, fact in (facts or {}).items()}
    for bound in form:
        if names is not None and bound.name not in names:
            continue
        if bound.field.disabled:
            read_only[bound.html_name] = _in_one(_parts_of(bound))
            labels[bound.html_name] = str(bound.label)
        else:
            parts.add(bound)
    return Page(
        fields=parts.values,
        facts=read_only,
        tables={str(each.formset.prefix): _table_of(each) for each in tables},
        labels={**labels, **parts.labels},
        words=parts.words,
        owners=parts.owners,
        boxes=frozenset(parts.boxes),
        sets=frozenset(parts.sets),
    )


def seal(page: Page, about: str) -> str:
    """Return ``page`` as the hidden field carries it; ``about`` names what the form changes."""
    tables = {
        prefix: [table.key, [row.values for row in table.rows]]
        for prefix, table in page.tables.items()
    }
    words = {
        name: {value: labels[value] for value in page.fields.get(name) or [""] if value in labels}
        for name, labels in page.words.items()
    }
    content = {
        "about": about,
        "at": datetime.now(UTC).timestamp(),
        "fields": page.fields,
        "facts": page.facts,
        "tables": tables,
        "words": words,
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def unseal(sealed: str, about: str) -> Shown | None:
    """Return what the form about ``about`` showed; ``None`` unless we sealed it ourselves."""
    try:
        content = signing.loads(sealed, salt=_SALT)
    except signing.BadSignature:
        return None
    if content["about"] != about:
        return None
    page = Page(
        fields=content["fields"],
        facts=content["facts"],
        tables={
            prefix: Table(key, [Row(values) for values in rows])
            for prefix, (key, rows) in content["tables"].items()
        },
        words=content["words"],
    )
    return Shown(page, datetime.fromtimestamp(content["at"], UTC))


def shows_fields(sealed: str) -> bool:
    """Whether a form showed something that can be changed; false unless we sealed it ourselves."""
    try:
        content = signing.loads(sealed, salt=_SALT)
    except signing.BadSignature:
        return False
    return bool(content["fields"] or content["tables"])


def as_sent(value: str) -> str:
    """Return a value that came, with its line breaks written as in what was shown."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


class _Part(NamedTuple):
    """What one input of a field sends; ``labels`` are those of values that are keys."""

    name: str
    values: list[str]
    is_box: bool = False
    labels: Mapping[str, str] = {}
    is_set: bool = False


class _Parts:
    """Gathers what the fields of a form send."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.values: Values = {}
        self.labels: dict[str, str] = {}
        self.words: dict[str, dict[str, str]] = {}
        self.owners: dict[str, str] = {}
        self.boxes: set[str] = set()
        self.sets: set[str] = set()

    def add(self, bound: BoundField) -> None:
        """Add a field."""
        for part in _parts_of(bound):
            name = part.name.removeprefix(self._prefix)
            self.values[name] = part.values
            self.labels[name] = str(bound.label)
            self.owners[name] = bound.name
            if part.labels:
                self.words[name] = dict(part.labels)
            if part.is_box:
                self.boxes.add(name)
            if part.is_set:
                self.sets.add(name)


def _table_of(each: TableOf) -> Table:
    blank, boxes = _row_of(each.formset.empty_form)
    return Table(
        key=each.key,
        rows=[replace(_row_of(form)[0], is_new=False) for form in each.formset.initial_forms],
        label=str(each.label),
        blank=blank,
        boxes=boxes,
    )


def _row_of(form: BaseForm) -> tuple[Row, frozenset[str]]:
    shown, hidden = _Parts(f"{form.prefix}-"), _Parts(f"{form.prefix}-")
    for bound in form:
        (hidden if bound.is_hidden else shown).add(bound)
    return Row(shown.values, hidden.values, is_new=True), frozenset(shown.boxes)


def _parts_of(bound: BoundField) -> list[_Part]:
    context = bound.field.widget.get_context(bound.html_name, bound.value(), {})
    return list(_parts(context["widget"]))


def _parts(widget: Mapping[str, Any]) -> Iterator[_Part]:
    name, kind = widget["name"], widget.get("type", "")
    if "subwidgets" in widget:
        for each in widget["subwidgets"]:
            yield from _parts(each)
    elif "optgroups" in widget:
        yield _choice(name, widget)
    elif kind == "checkbox":
        value = "on" if widget["value"] is None else str(widget["value"])
        is_ticked = bool(widget["attrs"].get("checked"))
        words = {value: _("yes"), "": _("no")}
        yield _Part(name, [value] if is_ticked else [], is_box=True, labels=words)
    elif kind != "file":
        yield _Part(name, [_shown_text("" if widget["value"] is None else widget["value"], kind)])


def _choice(name: str, widget: Mapping[str, Any]) -> _Part:
    options = [option for _group, options, _index in widget["optgroups"] for option in options]
    chosen = [option for option in options if option["selected"]]
    kinds = {option["type"] for option in options}
    is_set = "checkbox" in kinds or bool(widget["attrs"].get("multiple"))
    is_box = is_set or "radio" in kinds
    if not chosen and not is_box:
        chosen = options[:1]  # As a browser does with a list from which nothing is chosen.
    labels = {str(option["value"]): str(option["label"]) for option in options}
    return _Part(name, [str(option["value"]) for option in chosen], is_box, labels, is_set)


def _shown_text(value: object, kind: str) -> str:
    """Return a value as a browser keeps it in an input of this kind (HTML, Section 4.10.5.1)."""
    text = as_sent(str(value))
    if kind in _NO_LINE_BREAKS:
        text = text.replace("\n", "")
    return text.strip() if kind in _TRIMMED else text


def _in_one(parts: Iterable[_Part]) -> str:
    values = ((part.labels, value) for part in parts for value in part.values or [""])
    return ", ".join(filter(None, (labels.get(value, value) for labels, value in values)))
