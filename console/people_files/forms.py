"""Which column of a file of people is which field, and what else is asked about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.imports.columns import ColumnsForm, fields_of
from scim.people_files.fields import FIELDS, guessed
from scim.people_files.planning import MATCHED_BY, Layout
from scim.sources.field_labels import label_of

if TYPE_CHECKING:
    from console.imports.columns import Head


class LayoutForm(ColumnsForm):
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

    def __init__(self, data: Any, *, head: Head, layout: Any) -> None:
        """Offer a field for each column, chosen as ``layout`` says or as its title suggests."""
        known = layout or {}
        fields = fields_of(known, FIELDS, len(head.titles)) or guessed(head.titles)
        match = known.get("match") or next((name for name in MATCHED_BY if name in fields), "email")
        super().__init__(
            data,
            head=head,
            labels={name: str(label_of(name)) for name in FIELDS},
            fields=fields,
            initial={"match": match, "overwrites": False, "invites": False},
        )
        self.fields["match"].choices = [  # type: ignore[attr-defined]
            (name, label_of(name)) for name in MATCHED_BY
        ]

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        match = cleaned.get("match")
        if match and match not in self.chosen:
            text = _t("No column is %(field)s, by which people are to be found. Choose one.")
            self.add_error("match", text % {"field": label_of(match)})
        return cleaned

    @override
    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as it is kept; see :func:`layout_of`."""
        names = ("match", "overwrites", "invites")
        return {"fields": self.chosen, **{name: self.cleaned_data[name] for name in names}}


def layout_of(kept: dict[str, Any]) -> Layout:
    """Return the layout that was kept of a file."""
    return Layout(**kept)
