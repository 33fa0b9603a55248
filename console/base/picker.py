"""A field of names, one on each line, as a search: what is found becomes a list of chosen ones.

The text field is what is sent and judged; ``static/console/picker.js`` puts the search in its
place and writes the lines.  Without script it is the text field.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from typing_extensions import override

PAGE: Final = "to-pick"
"""The page of the console that answers what is typed."""
OF: Final = "of"
TYPED: Final = "q"


class Named(StrEnum):
    """What a field names."""

    PEOPLE = "people"
    GROUPS = "groups"
    MEMBERS = "members"
    """People and directory groups."""


class Picker(forms.Textarea):
    """A text field for the names of what ``named`` says, one on each line."""

    def __init__(self, named: Named) -> None:
        super().__init__({"rows": 3, "spellcheck": "false"})
        self.named = named

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        said = {
            "picker": f"{reverse(f'console:{PAGE}')}?{OF}={self.named}&{TYPED}=",
            "find": _find(self.named),
            "chosen": _("Chosen"),
            "added": _("Added: %s"),
            "removed": _("Removed: %s"),
            "remove": _("Remove %s"),
            "failed": _("The search does not answer. Write the whole name."),
        }
        added = {f"data-{key}": text for key, text in said.items()}
        return super().get_context(name, value, {**added, **(attrs or {})})


def _find(named: Named) -> str:
    texts = {
        Named.PEOPLE: _("Find a person"),
        Named.GROUPS: _("Find a directory group"),
        Named.MEMBERS: _("Find a person or a group"),
    }
    return texts[named]
