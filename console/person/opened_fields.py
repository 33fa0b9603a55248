"""Fields that an identity provider fills and somebody has opened, in the address of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from accounts.services.users import USER_FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

UNLOCK: Final = "unlock"
"""The parameter in the address of the form that names opened fields, with commas between them."""


def are_fields(value: str) -> bool:
    """Whether a value of :data:`UNLOCK` names fields of a person, each once."""
    names = value.split(",")
    return len(set(names)) == len(names) and set(names) <= set(USER_FIELD_NAMES)


def unlocked(request: HttpRequest) -> list[str]:
    """Return the fields that the admin has opened."""
    return [name for name in request.GET.get(UNLOCK, "").split(",") if name]


def way_to_open(names: Iterable[str], place: str) -> str:
    """Return the address of the form with these fields opened, at a place on its page."""
    return f"?{urlencode({UNLOCK: ','.join(names)}, safe=',')}#{place}"
