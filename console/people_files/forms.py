"""The forms of an import: the upload, and which column is which field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from scim.people_files.fields import FIELDS, guessed
from scim.people_files.planning import MATCHED_BY, MOST_ROWS, Layout
from scim.sources.field_labels import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_FILE: Final = 10 * 1024 * 1024
"""Bytes."""
_COLUMN: Final = "column-"


class PeopleFileForm(forms.Form):
    """The upload of a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _t(
            "One line for each person, below a line of titles. UTF-8, UTF-16 or Windows-1252, with "
            "commas, semicolons or tabs; at most %(rows)s lines and %(size)s MB."
        ) % {"rows": f"{MOST_ROWS:,}", "size": LONGEST_FILE // 1024**2}

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


class LayoutForm(forms.Form):
    """Which column is which field, and by which of them people are found."""

    match = forms.ChoiceField(
        label=_("People are found by"),
        choices=[(name, label_of(name)) for name in MATCHED_BY],
        help_text=_("Who is found is changed, and who is not is created."),
    )
    overwrites = forms.BooleanField(
        label=_("Also overwrite fields that an identity provider manages"),
        required=False,
        help_text=_("Its next push may write them back. Otherwise they stay as they are."),
    )
    invites = forms.BooleanField(
        label=_("Mail an invitation to new people"),
        required=False,
        help_text=_(
            "With a link to choose a password. Not needed by people who sign in through your "
            "identity provider."
        ),
    )

    def __init__(
        self, data: Any, *, titles: Sequence[str], samples: Sequence[list[str]], layout: Any
    ) -> None:
        """Offer a field for each column, chosen as ``layout`` says or as its title suggests."""
        known = layout or {}
        fields = _fields_of(known, len(titles)) or guessed(titles)
        match = known.get("match") or next((name for name in MATCHED_BY if name in fields), "email")
        super().__init__(
            data,
            initial={
                "match": match,
                "overwrites": False,
                "invites": False,
                **{f"{_COLUMN}{number}": name for number, name in enumerate(fields)},
            },
        )
        self.order_fields(["match"])
        self.fields["match"].choices = [  # type: ignore[attr-defined]
            (name, label_of(name)) for name in MATCHED_BY
        ]
        choices = [("", _t("Ignored")), *((name, label_of(name)) for name in FIELDS)]
        self._titles, self._samples = titles, samples
        for number, title in enumerate(titles):
            self.fields[f"{_COLUMN}{number}"] = forms.ChoiceField(
                choices=choices, required=False, label=title or _nameless(number)
            )

    @property
    def columns(self) -> list[Column]:
        """The columns of the file."""
        return [
            Column(
                title or _nameless(number),
                [row[number] for row in self._samples if number < len(row) and row[number]],
                self[f"{_COLUMN}{number}"],
            )
            for number, title in enumerate(self._titles)
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields that are no columns."""
        return [self[name] for name in ("match", "overwrites", "invites")]

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        chosen = self._chosen()
        for name in sorted({name for name in chosen if name and chosen.count(name) > 1}):
            text = _t("Two columns are %(field)s. Choose one, and let the other be ignored.")
            self.add_error(None, text % {"field": label_of(name)})
        match = cleaned.get("match")
        if match and match not in chosen:
            text = _t("No column is %(field)s, by which people are to be found. Choose one.")
            self.add_error("match", text % {"field": label_of(match)})
        return cleaned

    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as it is kept; see :func:`layout_of`."""
        names = ("match", "overwrites", "invites")
        return {"fields": self._chosen(), **{name: self.cleaned_data[name] for name in names}}

    def _chosen(self) -> list[str]:
        return [
            self.cleaned_data.get(f"{_COLUMN}{number}", "") for number in range(len(self._titles))
        ]


def layout_of(kept: dict[str, Any]) -> Layout:
    """Return the layout that was kept of a file."""
    return Layout(**kept)


def _fields_of(layout: dict[str, Any], width: int) -> list[str]:
    fields = [name if name in FIELDS else "" for name in layout.get("fields", ())]
    return fields if len(fields) == width else []


def _nameless(number: int) -> str:
    return _t("Column %(number)s") % {"number": number + 1}
