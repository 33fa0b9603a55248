"""Fetching metadata from a URL that an admin typed, without reaching our own network.

The name is resolved once and the connection goes to that address, so an answer of the DNS that
changes in between changes nothing; redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
from django.utils.translation import gettext as _

from saml_sso.errors import FetchError
from saml_sso.protocol.metadata import METADATA_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_SECONDS = 10.0
HTTPS = 443


def fetch_metadata(url: str) -> bytes:
    """Return the document at ``url``, at most 1 MB of it.

    Raises:
        FetchError: The URL is not https, leads into a private network or elsewhere, or does not
            answer; the message says which, and what to do.
    """
    parts = urlsplit(require_fetchable(url))
    host, port = str(parts.hostname), parts.port or HTTPS
    address = _public_address(host, port)
    literal = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as http,
            http.stream(
                "GET",
                pinned,
                headers={"Host": parts.netloc, "Accept": "application/samlmetadata+xml, */*"},
                extensions={"sni_hostname": host},
            ) as response,
        ):
            if response.is_redirect:
                raise FetchError(
                    _("The address redirects to “%(target)s”. Enter that address, if you trust it.")
                    % {"target": response.headers.get("Location", "")[:200]}
                )
            if not response.is_success:
                raise FetchError(
                    _("The identity provider answered with status %(status)s. Check the address.")
                    % {"status": response.status_code}
                )
            return _limited(response.iter_bytes())
    except httpx2.HTTPError as error:
        raise FetchError(
            _("The address did not answer (%(problem)s). Check it, or upload the file instead.")
            % {"problem": type(error).__name__}
        ) from error


def require_fetchable(url: str) -> str:
    """Return ``url`` trimmed when it is a plain https address.

    Raises:
        FetchError: It is something else.
    """
    address = url.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
        usable = bool(usable and (parts.port or HTTPS))
    except ValueError:
        usable = False
    if not usable or not address.isascii() or any(c.isspace() for c in address):
        raise FetchError(_("Enter an https address, such as https://idp.example.com/metadata."))
    return address


def _limited(chunks: Iterator[bytes]) -> bytes:
    document = bytearray()
    for chunk in chunks:
        document += chunk
        if len(document) > METADATA_LIMITS.size:
            raise FetchError(
                _("There is more than 1 MB at this address; metadata may have 1 MB at most.")
            )
    return bytes(document)


def _public_address(host: str, port: int) -> str:
    """Return an address of ``host``; every one it has must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            _("There is no server called “%(host)s”. Check the address.") % {"host": host}
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise FetchError(
            _(
                "“%(host)s” is in a private network, which Gatehouse does not reach into. "
                "Upload the metadata file instead."
            )
            % {"host": host}
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            return inner.is_global
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF).is_global
    return parsed.is_global and not parsed.is_multicast
