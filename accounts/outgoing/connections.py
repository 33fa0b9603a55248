"""Requests over connections that go to the addresses that were judged, and nowhere else."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import httpx2
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.outgoing.addresses import Address

SECONDS: Final = 20.0
"""How long one request may take together; connecting and each wait for bytes, half of it."""
MOST_BYTES: Final = 8_000_000


class NoAnswerError(Exception):
    """No answer came, or not all of it; ``was_sent`` tells whether the request may have arrived."""

    def __init__(self, says: str, *, was_sent: bool) -> None:
        super().__init__(says)
        self.was_sent = was_sent


class Received(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """A pool of connections to one judged address.  Redirects are not followed."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._number = 0
        self._http = httpx2.Client(
            verify=ssl.create_default_context(),
            timeout=SECONDS / 2,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Received:
        """Send one request; ``path`` follows the path of the address.

        Raises:
            NoAnswerError: No answer came in time, or it is larger than :data:`MOST_BYTES`.
        """
        while True:
            try:
                return self._send(method, path, headers, params, content)
            except httpx2.ConnectError as error:
                if self._number + 1 == len(self._address.pinned):
                    raise NoAnswerError(_problem(error), was_sent=False) from error
                self._number += 1
            except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
                raise NoAnswerError(_problem(error), was_sent=False) from error
            except httpx2.HTTPError as error:
                raise NoAnswerError(_problem(error), was_sent=True) from error

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        content: bytes | None,
    ) -> Received:
        parts = self._address.parts
        url = self._address.url_at(self._number).rstrip("/") + path
        with self._http.stream(
            method,
            url,
            params=params,
            content=content,
            headers={**headers, "Host": parts.netloc, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": str(parts.hostname)},
        ) as response:
            return Received(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                _limited(response),
            )


def _limited(response: Any) -> bytes:
    """Return the body as it came: nothing is unpacked, which could become large."""
    end = time.monotonic() + SECONDS
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswerError(
                _("The answer has more than %(bytes)d bytes.") % {"bytes": MOST_BYTES},
                was_sent=True,
            )
        if time.monotonic() > end:
            raise NoAnswerError(
                _("The answer did not end within %(seconds)d seconds.") % {"seconds": SECONDS},
                was_sent=True,
            )
    return bytes(body)


def _problem(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _("The server's certificate is not accepted: %(problem)s.") % {
                "problem": cause.verify_message
            }
        cause = cause.__cause__ or cause.__context__
    return _("The target did not answer (%(problem)s).") % {
        "problem": str(error) or type(error).__name__
    }
