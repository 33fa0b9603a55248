"""What is known of an account that was found, beside those here whom it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import DirectoryGroup, User
from console.applications.words import value_text
from provisioning.desired.resources import resources_of_groups, resources_of_users
from provisioning.models import ObjectKind
from provisioning.protocol.paths import PathError, parse_target_path, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.models import ImportRow

_TOLD: Final = (
    ("userName", _("User name")),
    ("displayName", _("Name")),
    ("name.givenName", _("Given name")),
    ("name.familyName", _("Family name")),
    ('emails[type eq "work"].value', _("Work address")),
    ("title", _("Title")),
    ("nickName", _("Nickname")),
    ("preferredLanguage", _("Preferred language")),
    ("phoneNumbers", _("Phone numbers")),
    ("externalId", _("External id")),
    ("active", _("Active")),
)


def compared(row: ImportRow, object_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a line for each attribute that either side has: theirs, then ours in this order."""
    ours = _ours(row.kind, object_ids)
    lines = []
    for attribute, label in _TOLD:
        there = _at(row.resource, attribute)
        here = [_at(each, attribute) for each in ours]
        if there or any(here):
            cells = [{"value": each, "is_same": bool(each) and each == there} for each in here]
            lines.append({"label": label, "there": there, "here": cells})
    return lines


def _ours(kind: str, object_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    found: dict[Any, dict[str, Any]]
    if kind == ObjectKind.USER:
        found = resources_of_users(list(User.objects.filter(pk__in=object_ids)), {})
    else:
        found = resources_of_groups(list(DirectoryGroup.objects.filter(pk__in=object_ids)))
    by_text = {str(key): resource for key, resource in found.items()}
    return [by_text[key] for key in object_ids if key in by_text]


def _at(resource: Mapping[str, Any], attribute: str) -> str:
    try:
        return value_text(value_at(resource, parse_target_path(attribute)))
    except PathError:
        return ""
