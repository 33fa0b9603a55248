"""Secrets that are shown once, on the page after the one that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saml_sso.encryption import SealError, seal, unseal

if TYPE_CHECKING:
    from django.http import HttpRequest

TOKEN = "shown_once_scim_token"  # noqa: S105 - the name of a place, not a secret
LINK = "shown_once_set_up_link"


def show_once(request: HttpRequest, place: str, secret: str) -> None:
    """Keep ``secret``, encrypted, for the next page of this browser."""
    request.session[place] = seal(secret).decode("ascii")


def take(request: HttpRequest, place: str) -> str:
    """Return what :func:`show_once` kept, and forget it."""
    sealed = request.session.pop(place, "")
    try:
        return unseal(sealed.encode()) if sealed else ""
    except SealError:
        return ""
