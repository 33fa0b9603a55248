"""Whose failed sign-ins count together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from axes.handlers.database import AxesDatabaseHandler
from typing_extensions import override

from accounts.sessions import COLUMNS_KEY
from naming.addresses import compared_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

_METHODS: Final = frozenset({"password", "recovery_code"})
"""Of the ways to sign in, those whose failures are counted."""


def throttled_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the address that is tried, as sign-in compares it (``AXES_USERNAME_CALLABLE``).

    Otherwise every way to write an address would have attempts of its own.
    """
    name = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request else ""
    )
    return compared_address(str(name).strip())


class SignInThrottle(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts failures, and forgets them when the same way to sign in succeeds (``AXES_HANDLER``).

    Somebody who comes from their identity provider proves nothing about who tries passwords.
    """

    @override
    def user_logged_in(
        self, sender: object, request: HttpRequest, user: User, **kwargs: Any
    ) -> None:
        if request.session.get(COLUMNS_KEY, {}).get("method") in _METHODS:
            super().user_logged_in(sender, request, user, **kwargs)
