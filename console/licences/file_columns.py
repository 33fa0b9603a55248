"""Which column of a file of licences is what, and what is the same for all of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.imports.columns import ColumnsForm, fields_of
from licenses.csv_import import ACTION, ASSIGN, LICENCE, PERSON, RELEASE, Layout
from licenses.models import Subscription
from scim.people_files.fields import guessed, plain_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.imports.columns import Head

FIELDS: Final = {PERSON: _("Person"), LICENCE: _("Licence"), ACTION: _("Action")}
_CALLED: Final = {
    LICENCE: (
        "product licence license productkey sku produkt lizenz produit licencia producto licenza "
        "prodotto licentie abonnement subscription licens"
    ),
    ACTION: "action aktion accion azione actie atgard",
}
_GUESSES: Final = {word: field for field, words in _CALLED.items() for word in words.split()}
_SAME: Final = "same_"


class LicenceColumnsForm(ColumnsForm):
    """Which column is the person, the licence and the action, or what all lines share."""

    same_licence = forms.ChoiceField(
        label=_("Licence of every line"),
        required=False,
        help_text=_("Choose one where no column names it."),
    )
    same_action = forms.ChoiceField(
        label=_("What every line does"),
        required=False,
        help_text=_("Where nothing says it, the licence is assigned."),
    )

    def __init__(self, data: Any, *, head: Head, layout: Any) -> None:
        """Offer what a column may be, chosen as ``layout`` says or as its title suggests."""
        known = layout or {}
        fields = fields_of(known, [*FIELDS], len(head.titles)) or _each_once(_guessed(head.titles))
        super().__init__(
            data,
            head=head,
            labels={name: str(label) for name, label in FIELDS.items()},
            fields=fields,
            initial={
                "same_licence": str(known.get(LICENCE) or ""),
                "same_action": known.get(ACTION, ""),
            },
        )
        in_file = ("", _t("As the column says"))
        there = Subscription.objects.select_related("product").order_by("product__name")
        self.fields["same_licence"].choices = [  # type: ignore[attr-defined]
            in_file,
            *((str(each.pk), str(each.product)) for each in there),
        ]
        self.fields["same_action"].choices = [  # type: ignore[attr-defined]
            in_file,
            (ASSIGN, _t("Assign the licence")),
            (RELEASE, _t("Release the licence")),
        ]

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        chosen = self.chosen
        if PERSON not in chosen:
            self.add_error(
                None,
                _t("No column is the person. Choose the one with the address or the user name."),
            )
        if LICENCE not in chosen and not cleaned.get("same_licence"):
            text = _t("No column is the licence. Choose one, or the licence of every line.")
            self.add_error("same_licence", text)
        for name in (LICENCE, ACTION):
            if name in chosen and cleaned.get(f"{_SAME}{name}"):
                text = _t(
                    "A column says this. Choose “As the column says” here, or ignore that column."
                )
                self.add_error(f"{_SAME}{name}", text)
        return cleaned

    @override
    def layout(self) -> dict[str, Any]:
        """Return what was chosen, as it is kept; see :func:`layout_of`."""
        licence, action = self.cleaned_data["same_licence"], self.cleaned_data["same_action"]
        return _layout(self.chosen, int(licence) if licence else None, action)


def layout_of(kept: dict[str, Any]) -> Layout:
    """Return the layout that was kept of a file."""
    return Layout(**kept)


def known_layout(titles: Sequence[str]) -> dict[str, Any] | None:
    """Return how a file is meant if each title says one thing: person, licence, perhaps action."""
    fields = _guessed(titles)
    named = [name for name in fields if name]
    if len(named) != len(set(named)) or not {PERSON, LICENCE} <= {*named}:
        return None
    return _layout(fields, None, "")


def _layout(fields: list[str], licence: int | None, action: str) -> dict[str, Any]:
    return {"fields": fields, LICENCE: licence, ACTION: action}


def _guessed(titles: Sequence[str]) -> list[str]:
    return [_guess(title) for title in titles]


def _guess(title: str) -> str:
    """Return what a title probably means.

    >>> [_guess(title) for title in ("E-Mail-Adresse", "User name", "Product", "Acción", "Vorname")]
    ['person', 'person', 'licence', 'action', '']
    """
    if guessed([title])[0] in {"email", "user_name"}:
        return PERSON
    return _GUESSES.get(plain_title(title), "")


def _each_once(fields: list[str]) -> list[str]:
    return [name if name not in fields[:number] else "" for number, name in enumerate(fields)]
