"""Whose brand a page shows.

That of whom the person belongs to, of who mailed the link that was followed, or of who signed
somebody in with this browser before.  Everybody else sees Gatehouse, so that nobody learns which
companies are customers.

The browser is known by a cookie with the number of the tenant and our signature; it lets nobody do
anything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.functional import SimpleLazyObject

from accounts.brands.shown import brand_of
from accounts.models import Tenant, User
from accounts.signing_in.devices import signed_in_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.brands.shown import ShownBrand

COOKIE: Final = "gatehouse_tenant"
LIFETIME: Final = timedelta(days=180)
_SALT: Final = "accounts.views.whose_brand"  # Never changes: browsers keep what it signed.
_LINK: Final = "gatehouse.brand_by_link"


class RememberTenantMiddleware:
    """Sets the cookie on the answer to a request that signed somebody in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        response = self._get_response(request)
        user = signed_in_with(request)
        if user is not None and user.tenant_id is not None:
            response.set_cookie(
                COOKIE,
                Signer(salt=_SALT).sign(str(user.tenant_id)),
                max_age=LIFETIME,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def show_brand_of_link(request: HttpRequest, tenant: Tenant | None) -> None:
    """Let the page show ``tenant``, who mailed the link that was followed."""
    request.META[_LINK] = tenant


def brand(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``brand``, which is looked up by those that show it."""
    return {"brand": SimpleLazyObject(lambda: _brand_for(request))}


def _brand_for(request: HttpRequest) -> ShownBrand | None:
    tenant = _tenant_for(request)
    return None if tenant is None else brand_of(tenant)


def _tenant_for(request: HttpRequest) -> Tenant | None:
    if _LINK in request.META:
        by_link: Tenant | None = request.META[_LINK]
        return by_link
    user = getattr(request, "user", None)  # A request that is refused early has none.
    if isinstance(user, User):
        own: Tenant | None = user.tenant
        return own
    return remembered_tenant(request)


def remembered_tenant(request: HttpRequest) -> Tenant | None:
    """Return the tenant that somebody signed in to with this browser before, if it is there."""
    remembered = _remembered_tenant_id(request)
    return Tenant.objects.filter(pk=remembered).first() if remembered else None


def _remembered_tenant_id(request: HttpRequest) -> int | None:
    try:
        return int(Signer(salt=_SALT).unsign(request.COOKIES.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return None
