"""Settings that the search of a site finds by name: rooms declare theirs here.

A setting is a field of a page, or a value that stands on it to be copied.  Its place is the id of
an element of that page, which the page always has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django import forms
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be found on one page.

    Args:
        page: The name of its :class:`~console.base.pages.ConsolePage`.
        names: What stands there, by the id of its place.
    """

    page: str
    names: Mapping[str, StrOrPromise]


_declared: list[Settings] = []


def register_settings(settings: Settings) -> None:
    """Let the search find ``settings``; call this where the page is registered."""
    _declared.append(settings)


def declared_settings() -> list[Settings]:
    """Return all that were declared."""
    return list(_declared)


def fields_of(
    form: type[forms.Form] | type[forms.ModelForm[Any]], *, but: Collection[str] = ()
) -> dict[str, StrOrPromise]:
    """Return the labels of the fields that a page shows of ``form``, by the id of each.

    Args:
        form: The class of a form.
        but: The fields that do not always stand on the page.
    """
    return {
        f"id_{name}": field.label or name
        for name, field in form.base_fields.items()
        if name not in but and not field.widget.is_hidden
    }
