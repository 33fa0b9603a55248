"""Logos and style sheets of brands: to anybody who has the address, for as long as they like.

The address of a logo cannot be guessed, and there is a style sheet for every colour, so that
neither tells who is a customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.brands.colours import is_colour, style_sheet
from accounts.brands.shown import digest_of_sheet
from accounts.models import Brand
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from django.http import HttpRequest

_FOR_EVER: Final = "public, max-age=31536000, immutable"


@require_safe
def logo(request: HttpRequest, address: str) -> HttpResponse:
    """Send the picture that has this address."""
    with every_tenant():
        row = Brand.objects.filter(logo_address=address).only("logo").first() if address else None
    if row is None or row.logo is None:
        raise Http404
    return _kept(bytes(row.logo), "image/png")


@require_safe
def sheet(request: HttpRequest, colour: str, digest: str) -> HttpResponse:
    """Send the style sheet of a colour, whoever uses it."""
    if not is_colour(f"#{colour}") or digest != digest_of_sheet(f"#{colour}"):
        raise Http404
    return _kept(style_sheet(f"#{colour}").encode(), "text/css; charset=utf-8")


def _kept(content: bytes, content_type: str) -> HttpResponse:
    headers = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)
