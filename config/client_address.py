"""Whose request this is, behind reverse proxies."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Make ``REMOTE_ADDR`` the address of the client, as the trusted proxies saw it.

    Each proxy appends to ``X-Forwarded-For`` the address that called it, so with *n* trusted
    proxies the *n*-th entry from the end is the client; what stands before it is the client's
    own claim and counts for nothing.  Without trusted proxies the header is not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request`` under the client's address."""
        proxies: int = settings.TRUSTED_PROXIES
        if proxies:
            entries = request.headers.get("X-Forwarded-For", "").split(",")
            address = _address(entries[-proxies]) if len(entries) >= proxies else ""
            if address:
                request.META["REMOTE_ADDR"] = address
        if "%" in request.META.get("REMOTE_ADDR", ""):
            request.META["REMOTE_ADDR"] = _address(request.META["REMOTE_ADDR"])
        return self._get_response(request)


def _address(entry: str) -> str:
    """Return the IP address in ``entry``, or nothing when it is none."""
    try:
        return str(ip_address(entry.strip().partition("%")[0]))  # No zone: PostgreSQL has none.
    except ValueError:
        return ""
