"""Browsers in which somebody has signed in before, known by a cookie.

An address under attack is slowed for the others only, so that no stranger locks its person out.
The cookie holds, for each account, a random number and its signature with the account: it tells
nobody which accounts those are, and is worth nothing for any other.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

COOKIE: Final = "gatehouse_devices"
LIFETIME: Final = timedelta(days=180)
MOST_ACCOUNTS: Final = 8
_SALT: Final = "accounts.signing_in.devices"
_NOTE: Final = "gatehouse.signed_in"
_LONGEST: Final = 2000


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Have the answer to ``request`` tell the browser that ``user`` has signed in with it."""
    request.META[_NOTE] = user


def signed_in_with(request: HttpRequest) -> User | None:
    """Return who has been signed in by this request, if anybody."""
    user: User | None = request.META.get(_NOTE)
    return user


def knows_one_of(request: HttpRequest, users: Iterable[User]) -> bool:
    """Tell whether one of ``users`` has signed in with this browser before."""
    entries = _entries(request)
    return any(_is_of(user, entry) for user in users for entry in entries)


class DeviceMiddleware:
    """Sets the cookie on the answer to a request that signed somebody in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        response = self._get_response(request)
        user = signed_in_with(request)
        if user is not None:
            others = [entry for entry in _entries(request) if not _is_of(user, entry)]
            response.set_cookie(
                COOKIE,
                "~".join([_entry(user), *others][:MOST_ACCOUNTS]),
                max_age=LIFETIME,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _entries(request: HttpRequest) -> list[str]:
    entries = request.COOKIES.get(COOKIE, "")[:_LONGEST].split("~")
    return [entry for entry in entries if entry][:MOST_ACCOUNTS]


def _entry(user: User) -> str:
    number = secrets.token_hex(12)
    return f"{number}.{_signature(user, number, settings.SECRET_KEY)}"


def _is_of(user: User, entry: str) -> bool:
    number, _dot, signature = entry.partition(".")
    return any(
        constant_time_compare(signature, _signature(user, number, secret))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _signature(user: User, number: str, secret: str) -> str:
    text = f"{number} {user.pk}"
    return salted_hmac(_SALT, text, secret=secret, algorithm="sha256").hexdigest()
