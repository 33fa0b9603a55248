"""Which addresses that somebody typed may be asked, and where they lead.

The name is resolved once and connections go to an address that was found, so an answer of the DNS
that changes in between changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.outgoing.errors import NotReachedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS: Final = {"https": 443, "http": 80}
_MOST_ADDRESSES: Final = 3
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All IPv6 addresses that are given out to be reached from everywhere (RFC 4291, Section 2.4)."""
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses in IPv6 networks (RFC 6052)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an address leads.

    Attributes:
        parts: Scheme, host, port and path as they were typed.
        found: The numeric addresses of the host, each of which may be connected to.
    """

    parts: SplitResult
    found: tuple[str, ...]

    @property
    def port(self) -> int:
        """The port that is connected to."""
        return self.parts.port or _PORTS[self.parts.scheme]

    def at(self, numeric: str, path: str) -> str:
        """Return the URL of ``path`` (with its query) at one of the numeric addresses."""
        literal = f"[{numeric}]" if ":" in numeric else numeric
        return f"{self.parts.scheme}://{literal}:{self.port}{path}"


def require_fetchable(url: str) -> str:
    """Return ``url`` trimmed when it is a plain https address, whatever its host is.

    Plain http is one as well where the operator allows networks of their own
    (``GATEHOUSE_OUTGOING_NETWORKS``); only those are reached over it.

    Raises:
        NotReachedError: It is something else.
    """
    address = url.strip()
    schemes = ("https", "http") if settings.OUTGOING_NETWORKS else ("https",)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in schemes and parts.hostname and "@" not in parts.netloc
        usable = bool(usable and parts.port != 0)
    except ValueError:
        usable = False
    if not usable or not address.isascii() or any(c.isspace() for c in address):
        raise NotReachedError(_("Enter an https address, such as https://host.example.com/path."))
    return address


def require_address(url: str) -> Address:
    """Return where ``url`` leads, once its host is looked up.

    Every address of the host must be public, or in a network that the operator allows.

    Raises:
        NotReachedError: It may not be used, or there is no such host.
    """
    parts = urlsplit(require_fetchable(url))
    host = str(parts.hostname)
    found = _found(host, parts.port or _PORTS[parts.scheme])
    if not found or not all(_is_allowed(each) or _is_public(each) for each in found):
        raise NotReachedError(
            _("“%(host)s” is in a private network, which Gatehouse does not reach into.")
            % {"host": host}
        )
    if parts.scheme == "http" and not all(_is_allowed(each) for each in found):
        raise NotReachedError(
            _("“%(host)s” is asked over https only. Begin the address with https://.")
            % {"host": host}
        )
    return Address(parts, tuple(dict.fromkeys(found))[:_MOST_ADDRESSES])


def _found(host: str, port: int) -> Sequence[str]:
    """Return the numeric addresses of ``host``, in the system's order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReachedError(
            _("There is no server called “%(host)s”. Check the address.") % {"host": host}
        ) from error
    return [str(entry[4][0]) for entry in found]


def _is_allowed(address: str) -> bool:
    """Whether the operator allows the network of an address."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return any(parsed in network for network in settings.OUTGOING_NETWORKS)


def _is_public(address: str) -> bool:
    parsed: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            return inner.is_global
        if parsed in _TRANSLATED:
            return ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF).is_global
        return parsed in _UNICAST and parsed.is_global
    return parsed.is_global and not parsed.is_multicast
