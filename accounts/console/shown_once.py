"""Secrets that are shown once, on the page after the one that made them.

They wait in the session on the server, encrypted: never in a URL, and loading the page that shows
one again makes no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.encryption import SealError, seal, unseal

if TYPE_CHECKING:
    from django.http import HttpRequest


def show_once(request: HttpRequest, place: str, secret: str) -> None:
    """Keep ``secret`` for the next page of this browser that takes it from ``place``."""
    request.session[place] = seal(secret).decode("ascii")


def take(request: HttpRequest, place: str) -> str:
    """Return what :func:`show_once` kept in ``place``, and forget it; empty if there is none."""
    sealed = request.session.pop(place, "")
    try:
        return unseal(sealed.encode()) if sealed else ""
    except SealError:
        return ""
