"""Secrets that are shown once, on the page after the one that made them.

They wait in the session on the server, encrypted: never in a URL, and loading the page that shows
one again makes no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.secrets.encryption import SealError, seal, unseal

if TYPE_CHECKING:
    from django.http import HttpRequest

_PURPOSE: Final = "accounts: a secret that is shown once"


def show_once(request: HttpRequest, place: str, secret: str) -> None:
    """Keep ``secret`` for the next page of this browser that takes it from ``place``."""
    request.session[place] = seal(secret, _PURPOSE).decode("ascii")


def take(request: HttpRequest, place: str) -> str:
    """Return what :func:`show_once` kept in ``place``, and forget it; empty if there is none."""
    sealed = request.session.pop(place, "")
    try:
        return unseal(sealed.encode(), _PURPOSE) if sealed else ""
    except SealError:
        return ""
