"""Lets SCIM requests pass by what only browsers need: sessions, messages, forgery checks, pages.

Such a request carries a bearer token and no cookie, and is answered in JSON.  What comes before
this in ``MIDDLEWARE`` (redirects to HTTPS, the headers of the security middleware) still applies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import resolve

from scim.addresses import PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PREFIX: Final = f"{PATH}/"
_ENDPOINTS: Final = {
    name.lower(): name
    for name in (
        *("Users", "Groups", "Schemas", "ResourceTypes", "ServiceProviderConfig"),
        *("Roles", "Entitlements", "Bulk", "Me"),
    )
}


def is_scim(path: str) -> bool:
    """Whether a request for ``path`` is one of SCIM, and answered in its error format."""
    return path.startswith(_PREFIX) or path == PATH


class SCIMMiddleware:
    """Hand requests under ``/scim/v2/`` to their view at once; views answer every error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer SCIM requests; pass all others on."""
        path = request.path_info
        if not is_scim(path):
            return self._get_response(request)
        match = resolve(_spelt_as_routed(_PREFIX if path == PATH else path))
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response


def _spelt_as_routed(path: str) -> str:
    """Return the path with the endpoint's own letter case, and one slash on either side of it.

    Microsoft's collection asks /users; a base URL that ends in a slash brings another.
    """
    endpoint, slash, rest = path[len(_PREFIX) :].lstrip("/").partition("/")
    spelt = _ENDPOINTS.get(endpoint.lower(), endpoint)
    return f"{_PREFIX}{spelt}{slash}{rest.lstrip('/')}"
