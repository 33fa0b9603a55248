"""Reading a document from an address that an admin typed, without reaching our own network.

The name is resolved once and the connection goes to an address that was found, so an answer of the
DNS that changes in between changes nothing; redirects are not followed.  One limit of time holds
for all of it but the DNS: whoever serves a byte now and then keeps no thread for longer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import httpx2
from django.utils.translation import gettext as _

from accounts.errors import AccountError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECONDS: Final = 10.0
"""How long connecting, asking and reading may take together."""

_HTTPS: Final = 443
_MOST_ADDRESSES: Final = 3


class FetchError(AccountError):
    """An address cannot be used or did not answer; the message says which, and what to do."""


def fetch_document(url: str, *, most_bytes: int, accept: str) -> bytes:
    """Return the document at ``url``, whose media type is one of ``accept`` or another.

    Raises:
        FetchError: The URL is not https, leads into a private network or elsewhere, does not
            answer within :data:`SECONDS`, or answers with more than ``most_bytes``.
    """
    parts = urlsplit(require_fetchable(url))
    addresses = _public_addresses(str(parts.hostname), parts.port or _HTTPS)
    try:
        return asyncio.run(_fetched(parts, addresses, most_bytes, accept))
    except TimeoutError as error:
        raise FetchError(
            _("The address did not answer in full within %(seconds)d seconds.")
            % {"seconds": SECONDS}
        ) from error
    except httpx2.HTTPError as error:
        raise FetchError(_problem(error)) from error


def require_fetchable(url: str) -> str:
    """Return ``url`` trimmed when it is a plain https address.

    Raises:
        FetchError: It is something else.
    """
    address = url.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
        usable = bool(usable and (parts.port or _HTTPS))
    except ValueError:
        usable = False
    if not usable or not address.isascii() or any(c.isspace() for c in address):
        raise FetchError(_("Enter an https address, such as https://idp.example.com/metadata."))
    return address


async def _fetched(parts: SplitResult, addresses: list[str], most_bytes: int, accept: str) -> bytes:
    """Return the document from the first address that a connection can be made to."""
    async with (
        asyncio.timeout(SECONDS),
        httpx2.AsyncClient(
            # The system's authorities, or those of the environment variable SSL_CERT_FILE.
            verify=ssl.create_default_context(),
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
        ) as http,
    ):
        for address in addresses[:-1]:
            try:
                return await _read(http, parts, address, most_bytes, accept)
            except httpx2.ConnectError:
                continue
        return await _read(http, parts, addresses[-1], most_bytes, accept)


async def _read(
    http: httpx2.AsyncClient, parts: SplitResult, address: str, most_bytes: int, accept: str
) -> bytes:
    literal = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=f"{literal}:{parts.port or _HTTPS}", fragment="").geturl()
    headers = {"Host": parts.netloc, "Accept": f"{accept}, */*", "Accept-Encoding": "identity"}
    names = {"sni_hostname": str(parts.hostname)}
    async with http.stream("GET", pinned, headers=headers, extensions=names) as response:
        if response.is_redirect:
            raise FetchError(
                _("The address redirects to “%(target)s”. Enter that address, if you trust it.")
                % {"target": response.headers.get("Location", "")[:200]}
            )
        if not response.is_success:
            raise FetchError(
                _("The server answered with status %(status)s. Check the address.")
                % {"status": response.status_code}
            )
        # Nothing is unpacked: a small answer could become a large one.
        return await _limited(response.aiter_raw(), most_bytes)


def _problem(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _("The server's certificate is not accepted: %(problem)s.") % {
                "problem": cause.verify_message
            }
        cause = cause.__cause__ or cause.__context__
    return _("The address did not answer (%(problem)s). Check it.") % {
        "problem": type(error).__name__
    }


async def _limited(chunks: AsyncIterator[bytes], most_bytes: int) -> bytes:
    document = bytearray()
    async for chunk in chunks:
        document += chunk
        if len(document) > most_bytes:
            raise FetchError(
                _("There are more than %(bytes)s bytes at this address, and that is the most.")
                % {"bytes": most_bytes}
            )
    return bytes(document)


def _public_addresses(host: str, port: int) -> list[str]:
    """Return addresses of ``host``, in the system's order; every one it has must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            _("There is no server called “%(host)s”. Check the address.") % {"host": host}
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise FetchError(
            _("“%(host)s” is in a private network, which Gatehouse does not reach into.")
            % {"host": host}
        )
    return list(dict.fromkeys(addresses))[:_MOST_ADDRESSES]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            return inner.is_global
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF).is_global
    return parsed.is_global and not parsed.is_multicast
