"""Judging an address that somebody typed before anything is sent there.

The name is resolved once, and every address that it has must be public, or in a network that the
operator allows (``GATEHOUSE_OUTGOING_NETWORKS``).  Connections go to the addresses that were
judged, so an answer of the DNS that changes meanwhile changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import AccountError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PORTS: Final = {"https": 443, "http": 80}
_MOST_ADDRESSES: Final = 3
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddressError(AccountError):
    """Nothing is sent to the address; the message says why, and what to do."""


class Address(NamedTuple):
    """An address that may be used, and where connections to it go."""

    parts: SplitResult
    pinned: tuple[str, ...]

    def url_at(self, number: int) -> str:
        """Return the URL with the address that the name had, in place of the name."""
        literal = self.pinned[number]
        literal = f"[{literal}]" if ":" in literal else literal
        port = self.parts.port or _PORTS[self.parts.scheme]
        return self.parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()


def require_address(url: str) -> Address:
    """Return a plain https address that leads nowhere it must not; http only where it is allowed.

    Raises:
        RefusedAddressError: It is something else, has no server, or leads into a network that is
            neither public nor allowed.
    """
    parts = _parts_of(url.strip())
    host = str(parts.hostname)
    found = _resolved(host, parts.port or _PORTS[parts.scheme])
    if not all(_is_allowed(each) or _is_public(each) for each in found):
        raise RefusedAddressError(
            _("“%(host)s” is in a private network, which Gatehouse does not reach into.")
            % {"host": host}
        )
    if parts.scheme == "http" and not all(_is_allowed(each) for each in found):
        raise RefusedAddressError(_("Enter an https address: http would show what is sent."))
    return Address(parts, tuple(found[:_MOST_ADDRESSES]))


def _parts_of(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _PORTS and parts.hostname and "@" not in parts.netloc
        usable = bool(usable and parts.port != 0 and not parts.query)
    except ValueError:
        usable = False
    if not usable or not address.isascii() or any(each.isspace() for each in address):
        raise RefusedAddressError(
            _("Enter an https address, such as https://app.example.com/scim/v2.")
        )
    return parts


def _resolved(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedAddressError(
            _("There is no server called “%(host)s”. Check the address.") % {"host": host}
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_allowed(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in network for network in settings.OUTGOING_NETWORKS)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner.is_global
        if address in _TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF).is_global
    return address.is_global and not address.is_multicast
