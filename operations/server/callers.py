"""Who a request is from, as far as its headers tell, before anything of it is served."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Final

from operations.requests.client_address import client_address
from operations.server.fair_queue import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

ANONYMOUS: Final = "nobody in particular"
SIGN_IN: Final = "sign-in"
_MOST_REMEMBERED: Final = 10_000
_SECONDS_REMEMBERED: Final = 600.0
"""After the last time that a credential was good: a session ends, a token is revoked."""

_NETWORK_BITS: Final = 64
"""Of an IPv6 address: what one subscriber is given whole."""


class Callers:
    """Remembers which credentials turned out to be whose.

    A credential that has proved nothing yet counts as that of its address: whoever makes
    credentials up gets no share for each.  ``password_paths`` are where passwords are tried.
    """

    def __init__(
        self,
        *,
        trusted_proxies: int,
        session_cookie: str,
        password_paths: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted_proxies = trusted_proxies
        self._cookie = f"{session_cookie}="
        self._password_paths = frozenset(password_paths)
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    def of(self, environ: Mapping[str, Any]) -> Caller:
        """Return whose share a request takes."""
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in self._password_paths:
            return Caller(SIGN_IN, self._address(environ))
        digest = self._digest(environ)
        known = self._known.get(digest) if digest else None
        if known is not None and self._clock() - known[1] < _SECONDS_REMEMBERED:
            return known[0]
        return Caller(ANONYMOUS, self._address(environ))

    def learn(self, environ: Mapping[str, Any], group: str) -> None:
        """Note what a request has proved: the group of its credential."""
        digest = self._digest(environ)
        if digest is not None:
            self._known[digest] = Caller(group, digest.hex()), self._clock()
            self._known.move_to_end(digest)
            if len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)

    def _digest(self, environ: Mapping[str, Any]) -> bytes | None:
        credential = environ.get("HTTP_AUTHORIZATION") or self._session(environ)
        if not credential:
            return None
        return blake2b(
            credential.encode("utf-8", "surrogateescape"), digest_size=16, key=self._key
        ).digest()

    def _session(self, environ: Mapping[str, Any]) -> str:
        for crumb in environ.get("HTTP_COOKIE", "").split(";"):
            if crumb.lstrip().startswith(self._cookie):
                return str(crumb)
        return ""

    def _address(self, environ: Mapping[str, Any]) -> str:
        text = client_address(
            environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", ""), self._trusted_proxies
        )
        try:
            address = ip_address(text)
        except ValueError:
            return text
        if isinstance(address, IPv6Address):
            return f"{int(address) >> (128 - _NETWORK_BITS):x}"
        return text
