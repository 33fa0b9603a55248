"""Mapping tables of an application: a row says what fills which attribute there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import read_number
from console.applications.lookup_tables import LONGEST, read_table, write_table
from console.base.rows import MOST_ROWS
from provisioning.mapping.compiled import compile_rows
from provisioning.mapping.errors import MappingError
from provisioning.mapping.rows import How, Row
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

HOWS: Final = (
    (How.DIRECT.value, _("Field")),
    (How.CONSTANT.value, _("Constant")),
    (How.TEMPLATE.value, _("Template")),
    (How.LOOKUP.value, _("Lookup table")),
    (How.EXPRESSION.value, _("Expression")),
)
WHENS: Final = (("", _("Always")), ("on", _("When created")))
_PREFIXES: Final = {Kind.USER: "user", Kind.GROUP: "group"}


class MappingRowForm(forms.Form):
    """One row: the attribute there, what is sent, and when."""

    target = forms.CharField(label=_("Attribute there"), max_length=300, required=False)
    how = forms.ChoiceField(label=_("Kind"), choices=HOWS, required=False)
    source = forms.CharField(label=_("What we send"), max_length=1000, required=False)
    on_create = forms.ChoiceField(label=_("When"), choices=WHENS, required=False)
    default = forms.CharField(label=_("If it is empty here"), max_length=1000, required=False)
    lookup = forms.CharField(
        label=_("Lookup table"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One line for each value: the value here, a comma, what is sent."),
    )
    remove = forms.BooleanField(label=_("Remove this row"), required=False)

    def __init__(self, *args: Any, locked: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_locked = self.initial.get("target", "") in locked
        for name, field in self.fields.items():
            field.disabled = self.is_locked
            field.widget.attrs["aria-label"] = f"{field.label}: {self.label}"
            if name in {"target", "source", "default"}:
                field.widget.attrs |= {"spellcheck": "false", "autocomplete": "off"}

    @property
    def label(self) -> Any:
        """What the row is about, for people who hear the table."""
        typed = self.data.get(self.add_prefix("target"), "") if self.is_bound else ""
        return self.initial.get("target") or typed or _("new row")

    @property
    def has_table(self) -> bool:
        """Whether the row has a lookup table, or is to have one."""
        return How.LOOKUP.value in {self.initial.get("how"), self["how"].value()}

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("remove"):
            return data
        target, source = data.get("target", ""), data.get("source", "")
        if source and not target:
            self.add_error("target", _("Say which attribute there this fills, or empty the row."))
        elif target and not source and "source" not in self.errors:
            self.add_error("source", _("Say what is sent, or empty the row to leave it out."))
        if data.get("how") == How.LOOKUP.value:
            try:
                data["table"] = read_table(data.get("lookup", ""))
            except forms.ValidationError as error:
                self.add_error("lookup", error)
        return data

    def typed_row(self) -> Row | None:
        """Return the row as it was typed, whether it can be used or not; nothing if it is empty."""
        typed = {name: str(self[name].value() or "") for name in self.fields}
        if self["remove"].value() or not typed["target"].strip():
            return None
        known = {value for value, _label in HOWS}
        try:
            table = read_table(typed["lookup"])
        except forms.ValidationError:
            table = {}
        return Row(
            target=typed["target"].strip(),
            how=How(typed["how"] if typed["how"] in known else How.DIRECT),
            source=typed["source"],
            lookup=table,
            default=typed["default"],
            on_create_only=bool(typed["on_create"]),
        )

    def row(self) -> Row | None:
        """Return the row that a valid form says; nothing if it is empty or removed."""
        data = self.cleaned_data
        if data.get("remove") or not data.get("target"):
            return None
        return Row(
            target=data["target"].strip(),
            how=How(data["how"] or How.DIRECT.value),
            source=data["source"],
            lookup=data.get("table", {}),
            default=data["default"],
            on_create_only=bool(data["on_create"]),
        )


class MappingFormSet(forms.BaseFormSet[MappingRowForm]):
    """A mapping table, whose rows are also judged together."""

    kind: Kind

    def rows(self) -> list[Row]:
        """Return the rows that are to be stored, in order."""
        return [row for form in self.forms if (row := form.row()) is not None]

    @override
    def clean(self) -> None:
        """Let the row say what is wrong that cannot be used, or fills what another one fills."""
        if any(form.errors for form in self.forms):
            return
        filled = [form for form in self.forms if form.row() is not None]
        try:
            compile_rows(self.rows(), kind=self.kind)
        except MappingError as error:
            filled[error.position].add_error("source", error.reason)


def mapping_formset(
    kind: Kind,
    rows: Sequence[Row],
    data: Any = None,
    *,
    extra: int = 0,
    locked: Collection[str] = (),
) -> MappingFormSet:
    """Return the table of a kind of object with ``extra`` empty rows at its end.

    Rows that fill one of the ``locked`` attributes can be read only.
    """
    factory: Any = forms.formset_factory(
        MappingRowForm,
        formset=MappingFormSet,
        extra=extra,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
    )
    formset: MappingFormSet = factory(
        data,
        prefix=_PREFIXES[kind],
        initial=[
            {
                "target": row.target,
                "how": row.how.value,
                "source": row.source,
                "on_create": "on" if row.on_create_only else "",
                "default": row.default,
                "lookup": write_table(row.lookup),
            }
            for row in rows
        ],
        form_kwargs={"locked": locked},
    )
    formset.kind = kind
    return formset


def add_row(data: Any, kind: Kind) -> None:
    """Let the table have one more empty row."""
    name = f"{_PREFIXES[kind]}-TOTAL_FORMS"
    data[name] = str((read_number(data.get(name, "")) or 0) + 1)
