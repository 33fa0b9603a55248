"""Whose failed sign-ins count together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def throttled_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the address that is tried, folded as sign-in folds it (``AXES_USERNAME_CALLABLE``).

    Otherwise every way to write an address would have attempts of its own.
    """
    name = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request else ""
    )
    return str(name).strip().lower()
