"""What people read in place of the names of mapped fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELD_LABELS: Final[dict[str, StrOrPromise]] = {
    "user_name": _("User name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "email": _("E-mail address"),
    "display_name": _("Display name"),
    "active": _("Active"),
    "external_id": _("External id"),
    "middle_name": _("Middle name"),
    "formatted_name": _("Full name"),
    "nick_name": _("Nickname"),
    "title": _("Title"),
    "user_type": _("User type"),
    "preferred_language": _("Preferred language"),
    "locale": _("Locale"),
    "timezone": _("Time zone"),
    "profile_url": _("Profile URL"),
    "work_phone": _("Work phone"),
    "mobile_phone": _("Mobile phone"),
    "employee_number": _("Employee number"),
    "cost_center": _("Cost centre"),
    "organization": _("Organization"),
    "division": _("Division"),
    "department": _("Department"),
    "manager": _("Manager"),
}


MAPPED: Final = "mapping."
"""How the audit trail names the row of a mapping table; the name of the field follows."""


def label_of(field: str) -> str:
    """Return the label of ``field``; an unknown one stands for itself."""
    return str(FIELD_LABELS.get(field, field))
