"""What pages show of a brand: a name, and the addresses of a logo and a style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.brands.colours import style_sheet
from accounts.models import Brand
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from accounts.models import Tenant


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """A name, and the addresses of logo and style sheet; they are empty where there is none."""

    name: str
    logo: str = ""
    sheet: str = ""


def brand_of(tenant: Tenant) -> ShownBrand:
    """Return the brand of ``tenant``, with one statement."""
    with tenant_scope(tenant):
        row = Brand.objects.only("colour", "logo_address").first()
    if row is None:
        return ShownBrand(tenant.name)
    logo = reverse("brand-logo", args=[row.logo_address]) if row.logo_address else ""
    return ShownBrand(tenant.name, logo, sheet_address(row.colour) if row.colour else "")


def sheet_address(colour: str) -> str:
    """Return the path of the style sheet of ``colour``: another one when the sheet is another."""
    return reverse("brand-sheet", args=[colour.removeprefix("#"), digest_of_sheet(colour)])


def digest_of_sheet(colour: str) -> str:
    """Return what names the style sheet of ``colour`` as it is made now."""
    return sha256(style_sheet(colour).encode()).hexdigest()[:12]
