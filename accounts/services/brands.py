"""Giving a tenant a logo and a colour."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Brand
from accounts.trail import audit
from accounts.trail.changes import changes

if TYPE_CHECKING:
    from accounts.brands.logos import Logo
    from accounts.models import Tenant


@transaction.atomic
def change_brand(*, tenant: Tenant, colour: str, logo: Logo | None) -> None:
    """Show ``tenant``, whose scope is active, in ``colour`` and with ``logo`` from now on.

    Args:
        tenant: Whose brand it is.
        colour: As ``#86295f``; empty for Gatehouse's own.
        logo: The picture; none for Gatehouse's own.
    """
    stored = Brand.objects.select_for_update().first() or Brand()
    large, small = (None, None) if logo is None else (logo.large, logo.small)
    before = {"colour": stored.colour, "logo": _called(stored.logo)}
    after = {"colour": colour, "logo": _called(large)}
    found = changes(before, after)
    if not found:
        return
    if before["logo"] != after["logo"]:
        stored.logo_address = secrets.token_hex(16) if large else ""
    stored.colour, stored.logo, stored.small_logo = colour, large, small
    stored.save()
    audit.record("brand.changed", tenant, **found)


def _called(picture: bytes | memoryview | None) -> str:
    """Return what the trail calls a picture, for pictures have no names."""
    return "" if picture is None else sha256(picture).hexdigest()[:12]
