"""Bodies of requests, read before a thread serves them: within a time, a size, and a sum."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from operations.server.answers import Refusal
from operations.server.environ import announced_length
from operations.server.rsgi import ProtocolClosed

if TYPE_CHECKING:
    from operations.bounds import Bounds
    from operations.server.fair_queue import Caller
    from operations.server.rsgi import HTTPProtocol

_SMALL: Final = 64 * 1024
"""Bytes that are read at once and not counted: the connections are bounded."""

_SLOWEST: Final = 50_000
"""Bytes in a second; a long body has this much more time."""

_PART_OF_ONE: Final = 4
"""One caller may fill a fourth of the room for bodies."""


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
            Refusal: It is too long, comes too slowly, or there is no room for it.
            ProtocolClosed: The client has gone.
        """
        length = announced_length(environ)
        if length == 0:
            return b""
        if length is not None and length > self._bounds.body_bytes:
            raise self._too_large()
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
        if length is not None and len(body) < length:
            raise ProtocolClosed
        return body

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
        pieces: list[bytes] = []
        received = 0
        try:
            async with asyncio.timeout_at(began + seconds) as limit:
                async for piece in proto:
                    pieces.append(piece)
                    received += len(piece)
                    self._count(caller, len(piece))
                    if received > self._bounds.body_bytes:
                        raise self._too_large()
                    if self._is_full(caller):
                        raise Refusal(
                            HTTPStatus.SERVICE_UNAVAILABLE,
                            "Too many long bodies arrive at once.",
                            retry_after=1,
                            closes=True,
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

    def _too_large(self) -> Refusal:
        return Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is longer than {self._bounds.body_bytes} bytes.",
            closes=True,
        )
