"""Whose account it is: one choice among the accounts found, a new one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from console.applications.words import value_text
from provisioning.engine.conflicts import Choice
from provisioning.protocol.answers import id_of
from provisioning.protocol.paths import PathError, parse_target_path, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.models import Conflict

_LINK: Final = f"{Choice.LINK}:"
_TOLD: Final = (
    ("userName", _("User name")),
    ("displayName", _("Name")),
    ('emails[type eq "work"].value', _("Work address")),
    ("externalId", _("External id")),
    ("active", _("Active")),
    ("meta.created", _("Made")),
)
"""What tells accounts apart, as far as a target shows it."""


class ConflictForm(forms.Form):
    """What is done about a conflict."""

    choice = forms.ChoiceField(label=_("What to do"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, conflict: Conflict) -> None:
        super().__init__(data)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            *(
                (f"{_LINK}{key}", _t("Link %(account)s") % {"account": key})
                for key in map(remote_id_of, conflict.candidates)
                if key
            ),
            (Choice.CREATE.value, _("Create a new one")),
            (Choice.IGNORE.value, _("Leave this person out")),
        ]

    def decision(self) -> tuple[Choice, str]:
        """Return what a valid form chose, and the account that is to be linked."""
        chosen: str = self.cleaned_data["choice"]
        if chosen.startswith(_LINK):
            return Choice.LINK, chosen.removeprefix(_LINK)
        return Choice(chosen), ""


def remote_id_of(candidate: Mapping[str, Any]) -> str:
    """Return the id of an account that was found; empty if the target showed none."""
    return id_of(candidate)


def compared(conflict: Conflict) -> list[dict[str, Any]]:
    """Return what is known of our object and of each account, one line an attribute."""
    lines = []
    for attribute, label in _TOLD:
        ours = _at(conflict.ours, attribute)
        theirs = [_at(each, attribute) for each in conflict.candidates]
        if ours or any(theirs):
            cells = [
                {
                    "account": remote_id_of(each),
                    "value": value,
                    "is_same": bool(value) and value == ours,
                }
                for each, value in zip(conflict.candidates, theirs, strict=True)
            ]
            lines.append({"label": label, "ours": ours, "theirs": cells})
    return lines


def _at(resource: Mapping[str, Any], attribute: str) -> str:
    try:
        value = value_at(resource, parse_target_path(attribute))
    except PathError:
        return ""
    return "" if value in (None, "", [], {}) else value_text(value)
