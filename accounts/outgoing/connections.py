"""One server that is asked, once or many times, within limits of time and of bytes.

Redirects are not followed, and no proxy of the environment is used.  One limit of time holds for
connecting, asking and reading together, whatever the server does: whoever serves a byte now and
then keeps no thread for longer.  Only the DNS has limits of its own.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import httpx2
from django.utils.translation import gettext as _

from accounts.outgoing.addresses import require_address
from accounts.outgoing.errors import BrokenOffError, NotReachedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

SECONDS: Final = 10.0
"""How long connecting, asking and reading may take together, unless it is said otherwise."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer: its status, its headers by lower-case name, and its body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Connections to the server of one address, kept open while the block lasts.

    To be used by one thread, in which no event loop runs.

    Args:
        url: An address that somebody typed; only its server counts.
        most_bytes: The largest body of an answer.
        seconds: How long one request may take, all in all.
    """

    def __init__(self, url: str, *, most_bytes: int, seconds: float = SECONDS) -> None:
        self._url = url
        self._most_bytes = most_bytes
        self._seconds = seconds

    def __enter__(self) -> Self:
        """Look the server up.

        Raises:
            NotReachedError: The address may not be used, or there is no such server.
        """
        self._address = require_address(self._url)
        self._reached = ""
        self._http = httpx2.AsyncClient(
            verify=_trusted(self._address.parts.scheme),
            timeout=self._seconds,
            follow_redirects=False,
            trust_env=False,
        )
        self._loop = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        with self._loop:
            self._loop.run(self._http.aclose())

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        seconds: float | None = None,
    ) -> Received:
        """Send one request; ``path`` is the absolute path with its query.

        It may take ``seconds``, or as long as was said of all.

        Raises:
            NotReachedError: No connection came about; nothing was sent.
            BrokenOffError: No whole answer came within the limits.
        """
        seconds = self._seconds if seconds is None else seconds
        try:
            return self._loop.run(self._asked(method, path, headers, content, seconds))
        except TimeoutError as error:
            raise BrokenOffError(
                _("The address did not answer in full within %(seconds)d seconds.")
                % {"seconds": seconds}
            ) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NotReachedError(_problem(error)) from error
        except (UnicodeEncodeError, httpx2.LocalProtocolError) as error:
            raise NotReachedError(
                _("A header cannot be sent as it is. Check the token for odd characters.")
            ) from error
        except httpx2.HTTPError as error:
            raise BrokenOffError(_problem(error)) from error

    async def _asked(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
        seconds: float,
    ) -> Received:
        """Ask the numeric address that was reached before, else the first that can be."""
        async with asyncio.timeout(seconds):
            *others, last = [self._reached] if self._reached else self._address.found
            for numeric in others:
                with suppress(httpx2.ConnectError):
                    return await self._at(numeric, method, path, headers, content)
            return await self._at(last, method, path, headers, content)

    async def _at(
        self,
        numeric: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> Received:
        host = self._address.parts
        async with self._http.stream(
            method,
            self._address.at(numeric, path),
            headers=_encoded({**headers, "Host": host.netloc, "Accept-Encoding": "identity"}),
            content=content,
            extensions={"sni_hostname": str(host.hostname)},
        ) as response:
            self._reached = numeric
            # Nothing is unpacked: a small answer could become a large one.
            body = await _limited(response.aiter_raw(), self._most_bytes)
        names = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers.raw
        }
        return Received(response.status_code, names, body)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes: a server's own ETag goes back as it came, ASCII or not."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _trusted(scheme: str) -> ssl.SSLContext:
    """Return the system's authorities, or those of ``SSL_CERT_FILE``; nobody's for plain http."""
    if scheme == "https":
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _limited(chunks: AsyncIterator[bytes], most_bytes: int) -> bytes:
    document = bytearray()
    async for chunk in chunks:
        document += chunk
        if len(document) > most_bytes:
            raise BrokenOffError(
                _("There are more than %(bytes)s bytes at this address, and that is the most.")
                % {"bytes": most_bytes}
            )
    return bytes(document)


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
