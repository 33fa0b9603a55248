"""What somebody wants a tenant to look like: kept in their session until they say so."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from accounts.brands.logos import Logo
from accounts.models import Brand
from accounts.posted_forms.shown import Page

if TYPE_CHECKING:
    from django.http import HttpRequest

_KEY: Final = "appearance"


class Look(NamedTuple):
    """A colour, which may be empty, and a logo, if there is one."""

    colour: str
    logo: Logo | None


def present_look() -> Look:
    """Return how the active tenant looks now."""
    row = Brand.objects.first()
    if row is None:
        return Look("", None)
    if row.logo is None or row.small_logo is None:
        return Look(row.colour, None)
    return Look(row.colour, Logo(bytes(row.logo), bytes(row.small_logo)))


def keep_wish(request: HttpRequest, look: Look) -> None:
    """Keep what somebody wants, in place of what they wanted before."""
    pictures = [look.logo.large, look.logo.small] if look.logo else []
    kept = [base64.b64encode(picture).decode("ascii") for picture in pictures]
    request.session[_KEY] = {"colour": look.colour, "logo": kept}


def kept_wish(request: HttpRequest) -> Look | None:
    """Return what somebody wants, if they have said."""
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    pictures = [base64.b64decode(picture) for picture in kept["logo"]]
    return Look(kept["colour"], Logo(*pictures) if pictures else None)


def drop_wish(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(_KEY, None)


def shown_with(now: Look, wish: Look) -> Page:
    """Return what stands on the page beside the button."""
    facts = {}
    for name, look in (("now", now), ("wish", wish)):
        picture = sha256(look.logo.large).hexdigest() if look.logo else ""
        facts[name] = f"{look.colour} {picture}"
    return Page({}, facts=facts)
