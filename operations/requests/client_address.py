"""Whose request this is, behind reverse proxies."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Make ``REMOTE_ADDR`` the address of the client; see :func:`client_address`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request`` under the client's address."""
        request.META["REMOTE_ADDR"] = client_address(
            request.META.get("REMOTE_ADDR", ""),
            request.META.get("HTTP_X_FORWARDED_FOR", ""),
            settings.TRUSTED_PROXIES,
        )
        return self._get_response(request)


def client_address(caller: str, forwarded_for: str, trusted_proxies: int) -> str:
    """Return the address of the client, as the trusted proxies saw it.

    Each proxy appends to ``X-Forwarded-For`` the address that called it, so with *n* trusted
    proxies the *n*-th entry from the end is the client; what stands before it is the client's
    own claim and counts for nothing.  Without trusted proxies the header is not read.  Where
    that entry is missing or no address, it is ``caller``, who called the server itself; nothing
    when that is no IP address either.

    >>> client_address("10.0.0.1", "6.6.6.6, 203.0.113.9:4711", 1)
    '203.0.113.9'
    >>> client_address("10.0.0.1", "203.0.113.9", 2)
    '10.0.0.1'
    """
    if trusted_proxies:
        entries = forwarded_for.split(",")
        if len(entries) >= trusted_proxies:
            return _address(entries[-trusted_proxies]) or _address(caller)
    return _address(caller)


def _address(entry: str) -> str:
    """Return the IP address in ``entry``, or nothing when it is none.

    Some proxies add a port, and some write IPv4 addresses as IPv6 ones: one client, one address.
    """
    text = entry.strip().partition("%")[0]  # No zone: PostgreSQL has none.
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
