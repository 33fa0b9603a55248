"""The threads that run the application: a fixed number, from the first request to the last."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import CancelledError
from http import HTTPStatus
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from django.db import connections

from accounts.request_id import serving
from config.request_id import request_id_of
from config.server.answers import Answer
from config.server.rsgi import ProtocolClosed, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    from config.server.fair_queue import Caller
    from config.server.rsgi import HTTPProtocol

LOG = logging.getLogger(__name__)

_WHOLE: Final = 1024 * 1024
"""Bytes of an answer that is read whole though it could be sent in pieces, such as a static file:
a client that reads slowly holds no thread then."""


class Job:
    """A request on its way through the server.

    ``began`` is when a thread took it, or last sent a piece of its answer; 0 while it waits.
    Times are those of :func:`time.monotonic`.  Once it is ``over``, nobody waits for its answer.
    """

    __slots__ = ("answer", "arrived", "began", "caller", "environ", "over", "proto", "seconds")

    def __init__(
        self,
        environ: dict[str, Any],
        caller: Caller,
        proto: HTTPProtocol,
        answer: asyncio.Future[Answer | None],
        seconds: float,
    ) -> None:
        self.environ = environ
        self.caller = caller
        self.proto = proto
        self.answer = answer
        self.seconds = seconds
        self.arrived = time.monotonic()
        self.began = 0.0
        self.over = False


class Threads:
    """Runs the application for one job after the other, on so many threads.

    ``finished`` is called in the event loop with each job and its answer; the answer is ``None``
    when it was sent piece by piece.
    """

    def __init__(
        self,
        application: WSGIApplication,
        loop: asyncio.AbstractEventLoop,
        finished: Callable[[Job, Answer | None], None],
    ) -> None:
        self._application = application
        self._loop = loop
        self._finished = finished
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def start(self, number: int) -> None:
        """Start them."""
        for count in range(number):
            # A thread that is stuck must not keep the process from ending.
            thread = threading.Thread(target=self._work, name=f"request-{count}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def run(self, job: Job) -> None:
        """Let the next free thread run the application for ``job``."""
        job.began = time.monotonic()
        self._jobs.put(job)

    def stop(self, seconds: float) -> None:
        """End them, and with each its database connection; wait so long for those at work."""
        for _thread in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                answer = self._answer(job)
                self._loop.call_soon_threadsafe(self._finished, job, answer)
        finally:
            connections.close_all()

    def _answer(self, job: Job) -> Answer | None:
        with serving(request_id_of(job.environ)):
            return self._answered(job)

    def _answered(self, job: Job) -> Answer | None:
        try:
            return self._call(job)
        except (ProtocolClosed, ProtocolError, CancelledError, TimeoutError):
            return None  # The client went while pieces were sent to it.
        except Exception:
            # The application answers for its own faults, so this is one of the server's.
            LOG.exception("A request failed outside the application.")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"").closing()

    def _call(self, job: Job) -> Answer | None:
        head: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], object]:
            # Django leaves a space before the value of a cookie.
            head.append((int(status[:3]), [(name, value.strip()) for name, value in headers]))
            return _no_write

        parts = self._application(job.environ, start_response)
        status, headers = head[-1]
        if isinstance(parts, list):
            return Answer(status, headers, b"".join(parts))
        try:
            if _length(headers) <= _WHOLE:
                return Answer(status, headers, b"".join(parts))
            self._send(job, status, headers, parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return None

    def _send(
        self, job: Job, status: int, headers: list[tuple[str, str]], parts: Iterable[bytes]
    ) -> None:
        """Send an answer piece by piece, until the client has all of it or is gone."""

        async def begin() -> tuple[Any, asyncio.Future[None]]:
            transport = job.proto.response_stream(status, headers)
            return transport, asyncio.ensure_future(job.proto.client_disconnect())

        transport, gone = self._in_loop(begin(), job.seconds)
        try:
            for part in parts:
                if gone.done() or job.over:
                    return
                self._in_loop(transport.send_bytes(part), job.seconds)
                job.began = time.monotonic()
        finally:
            self._loop.call_soon_threadsafe(gone.cancel)

    def _in_loop(self, coroutine: Any, seconds: float) -> Any:
        async def awaited() -> Any:
            return await coroutine

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(seconds)


def _length(headers: Iterable[tuple[str, str]]) -> float:
    for name, value in headers:
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    return float("inf")


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("Answers are returned, not written.")
