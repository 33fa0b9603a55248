"""Fields that an identity provider fills: read and copied on the form, changed only on purpose.

The address of the page names those that the admin has opened (:mod:`console.person.opened_fields`),
so that a form that names none cannot change one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from typing_extensions import override

from console.person.opened_fields import way_to_open

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class LockedWidget(forms.Widget):
    """A value that can be read and copied, who holds it, and the way to change it all the same."""

    template_name = "components/locked_field.html"

    def __init__(self, *, label: Any, holders: Sequence[str], unlock_url: str) -> None:
        super().__init__()
        self._label, self._holders, self._unlock_url = label, holders, unlock_url

    @override
    def format_value(self, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "" if value is None else str(value)

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["value"] = self.format_value(value)
        holders = ", ".join(self._holders)
        return {
            **context,
            "label": self._label,
            "holders": holders,
            "unlock_url": self._unlock_url,
        }


def lock(
    fields: Mapping[str, forms.Field], held: Mapping[str, Sequence[str]], opened: Collection[str]
) -> None:
    """Lock those of ``fields`` that are ``held``, and say of the opened ones that it is for now."""
    for name in fields.keys() & held.keys():
        field = fields[name]
        if name in opened:
            field.help_text = _("%(holders)s manages this field: the next push overwrites it.") % {
                "holders": ", ".join(held[name])
            }
            continue
        field.disabled = True
        field.widget = LockedWidget(
            label=field.label,
            holders=held[name],
            unlock_url=way_to_open([*opened, name], f"id_{name}"),
        )
