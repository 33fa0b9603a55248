"""Bodies of requests, read before a thread serves them: within a time, a size, and a sum."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from operations.server.answers import Refusal
from operations.server.environ import announced_length
from operations.server.rsgi import ProtocolClosed, ProtocolError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from operations.bounds import Bounds
    from operations.server.fair_queue import Caller
    from operations.server.rsgi import HTTPProtocol

_SMALL: Final = 64 * 1024
"""Bytes that are read at once and not counted: the connections are bounded."""

_SLOWEST: Final = 50_000
"""Bytes in a second; a long body has this much more time."""

_PART_OF_ONE: Final = 4
"""One caller may fill a fourth of the room for bodies."""

_SECONDS_READ_ON: Final = 1.0
_TIMES_READ_ON: Final = 4
"""So much of a refused body is read on: for a second, and four times the longest body."""


async def arriving(proto: HTTPProtocol) -> AsyncGenerator[bytes]:
    """Give the body piece by piece; whoever leaves off may go on later, which granian's own cannot.

    Raises:
        ProtocolClosed: The client has gone amid the body, or breaks the rules of chunks.
        ProtocolError: The body was read already.
    """
    empty = 0
    async for piece in proto:
        if piece:
            yield piece
        else:
            empty += 1
    # granian gives an empty piece at the end, and another one in place of an error.  (Also for
    # trailers, which nobody sends with a request.)  A cut body that is taken for whole would be
    # done, although its client never said all of it (RFC 9112, Section 8).
    if empty > 1:
        raise ProtocolClosed


class Bodies:
    """Reads bodies and counts how much of them is held."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._held = 0
        self._held_of: dict[Caller, int] = {}
        self._arriving: dict[asyncio.Timeout, float] = {}

    async def read(self, environ: dict[str, Any], proto: HTTPProtocol, caller: Caller) -> bytes:
        """Return the body; give it back with :meth:`release` when it is needed no more.

        Raises:
            Refusal: It is too long, comes too slowly, breaks off, or there is no room for it.
        """
        length = announced_length(environ)
        if length == 0:
            return b""
        if length is not None and length > self._bounds.body_bytes:
            raise self._too_large(arriving(proto))
        try:
            if length is not None and length <= _SMALL:
                body = await self._read_at_once(proto)
            else:
                body = await self._read_in_pieces(proto, caller)
        except TimeoutError:
            raise Refusal(
                HTTPStatus.REQUEST_TIMEOUT,
                f"The body did not arrive within {self._bounds.body_seconds} seconds.",
                closes=True,
            ) from None
        except (ProtocolClosed, ProtocolError):
            raise Refusal(
                HTTPStatus.BAD_REQUEST, "The body broke off before its end.", closes=True
            ) from None
        return body

    async def read_on(self, unread: AsyncGenerator[bytes]) -> None:
        """Read and forget what an answered client goes on sending, for a second at most.

        A connection that is closed with bytes unread is reset, and the answer is lost: a proxy,
        which sends the whole body at once, tells its client 502 instead (RFC 9112, Section 9.6).
        """
        left = _TIMES_READ_ON * self._bounds.body_bytes
        with suppress(TimeoutError, ProtocolClosed, ProtocolError):
            async with aclosing(unread), asyncio.timeout(_SECONDS_READ_ON):
                async for piece in unread:
                    left -= len(piece)
                    if left < 0:
                        break

    def release(self, caller: Caller, body: bytes) -> None:
        """Count a body as no longer held."""
        if self.is_counted(body):
            self._count(caller, -len(body))

    def is_counted(self, body: bytes) -> bool:
        """Whether the body counts as held until it is given back."""
        return len(body) > _SMALL

    def end_late(self, now: float) -> None:
        """Give up small bodies that should have come before ``now``; ask this now and then."""
        for limit in [limit for limit, until in self._arriving.items() if until < now]:
            del self._arriving[limit]
            limit.reschedule(0)

    async def _read_at_once(self, proto: HTTPProtocol) -> bytes:
        # Nearly all have arrived already: a timer for each would cost more than reading it does.
        async with asyncio.timeout(None) as limit:
            self._arriving[limit] = time.monotonic() + self._bounds.body_seconds
            try:
                return await proto()
            finally:
                self._arriving.pop(limit, None)

    async def _read_in_pieces(self, proto: HTTPProtocol, caller: Caller) -> bytes:
        seconds = self._bounds.body_seconds
        began = asyncio.get_running_loop().time()
        body = arriving(proto)
        pieces: list[bytes] = []
        received = 0
        try:
            async with asyncio.timeout_at(began + seconds) as limit:
                async for piece in body:
                    pieces.append(piece)
                    received += len(piece)
                    self._count(caller, len(piece))
                    if received > self._bounds.body_bytes:
                        raise self._too_large(body)
                    if self._is_full(caller):
                        raise Refusal(
                            HTTPStatus.SERVICE_UNAVAILABLE,
                            "Too many long bodies arrive at once.",
                            retry_after=1,
                            closes=True,
                            unread=body,
                        )
                    limit.reschedule(began + seconds + received / _SLOWEST)
        except BaseException:
            self._count(caller, -received)
            raise
        if received <= _SMALL:
            self._count(caller, -received)
        return b"".join(pieces)

    def _count(self, caller: Caller, size: int) -> None:
        self._held += size
        held = self._held_of.get(caller, 0) + size
        if held:
            self._held_of[caller] = held
        else:
            self._held_of.pop(caller, None)

    def _is_full(self, caller: Caller) -> bool:
        most = self._bounds.held_bytes
        return self._held > most or self._held_of.get(caller, 0) > most // _PART_OF_ONE

    def _too_large(self, unread: AsyncGenerator[bytes]) -> Refusal:
        return Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is longer than {self._bounds.body_bytes} bytes.",
            closes=True,
            unread=unread,
        )
