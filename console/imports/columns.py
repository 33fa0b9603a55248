"""The forms of an import: the upload, and which column is what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROWS: Final = 50_000
LONGEST_FILE: Final = 10 * 1024 * 1024
"""Bytes."""
_COLUMN: Final = "column-"


class UploadForm(forms.Form):
    """The upload of a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, says: str, **kwargs: Any) -> None:
        """Say what a line holds, and how many there may be."""
        super().__init__(*args, **kwargs)
        text = _t(
            "UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs; at most %(rows)s "
            "lines and %(size)s MB."
        )
        told = text % {"rows": f"{MOST_ROWS:,}", "size": LONGEST_FILE // 1024**2}
        self.fields["file"].help_text = f"{says} {told}"

    def clean_file(self) -> Any:
        """Refuse what is too long before it is read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LONGEST_FILE:
            text = _t("The file is longer than %(size)s MB. Split it.")
            raise forms.ValidationError(text % {"size": LONGEST_FILE // 1024**2})
        return file


class Column(NamedTuple):
    """A column on the form: its title, some of what stands in it, and the choice of its field."""

    title: str
    samples: list[str]
    choice: forms.BoundField


class Head(NamedTuple):
    """The beginning of a file: its titles, and some of the lines below them."""

    titles: Sequence[str]
    samples: Sequence[list[str]]


class ColumnsForm(forms.Form):
    """Which column is which field; a kind of import adds what else it asks."""

    def __init__(
        self,
        data: Any,
        *,
        head: Head,
        labels: dict[str, str],
        fields: Sequence[str],
        initial: dict[str, Any],
    ) -> None:
        """Offer the fields of ``labels`` for each column, chosen as ``fields`` says."""
        chosen = {f"{_COLUMN}{number}": name for number, name in enumerate(fields)}
        super().__init__(data, initial={**initial, **chosen})
        self._others = list(self.fields)
        self._head, self._labels = head, labels
        for number, title in enumerate(head.titles):
            self.fields[f"{_COLUMN}{number}"] = forms.ChoiceField(
                choices=[("", _t("Ignored")), *labels.items()],
                required=False,
                label=title or _nameless(number),
            )

    @property
    def columns(self) -> list[Column]:
        """The columns of the file."""
        return [
            Column(
                title or _nameless(number),
                [row[number] for row in self._head.samples if number < len(row) and row[number]],
                self[f"{_COLUMN}{number}"],
            )
            for number, title in enumerate(self._head.titles)
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields that are no columns."""
        return [self[name] for name in self._others]

    @property
    def chosen(self) -> list[str]:
        """What each column is, of a form that was sent."""
        return [
            self.cleaned_data.get(f"{_COLUMN}{number}", "")
            for number in range(len(self._head.titles))
        ]

    @override
    def clean(self) -> dict[str, Any] | None:
        """Refuse two columns that are the same."""
        cleaned = super().clean() or {}
        chosen = self.chosen
        for name in sorted({name for name in chosen if name and chosen.count(name) > 1}):
            text = _t("Two columns are %(field)s. Choose one, and let the other be ignored.")
            self.add_error(None, text % {"field": self._labels[name]})
        return cleaned

    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as it is kept."""
        raise NotImplementedError


def fields_of(layout: dict[str, Any], known: Sequence[str], width: int) -> list[str]:
    """Return what each column is by a layout that was kept; nothing if it is of other columns."""
    fields = [name if name in known else "" for name in layout.get("fields", ())]
    return fields if len(fields) == width else []


def _nameless(number: int) -> str:
    return _t("Column %(number)s") % {"number": number + 1}
