"""The threads that run the application: a fixed number, from the first request to the last."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Final

from django.db import connections

from accounts.requests.awaited import answering
from accounts.requests.outages import Outage, outage_of
from accounts.requests.request_id import serving
from operations.requests.request_id import request_id_of
from operations.server.answers import Answer, Refusal
from operations.server.rsgi import ProtocolClosed, ProtocolError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    from operations.server.fair_queue import Caller
    from operations.server.rsgi import HTTPProtocol

LOG = logging.getLogger(__name__)

_WHOLE: Final = 1024 * 1024
"""Bytes of an answer that is read whole though it could be sent in pieces, such as a static file:
a client that reads slowly holds no thread then."""

_HELD: Final = 128 * 1024
"""Bytes of an answer of unknown length that are held in memory."""

_SECONDS_UNTIL_OPEN: Final = 30.0
"""How long a file stays open for granian to open it, too, which takes it a moment."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_RETRY_FULL: Final = 60


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A request on its way through the server.

    ``began`` is when a thread took it; 0 while it waits.
    Times are those of :func:`time.monotonic`.  Once it is ``over``, nobody waits for its answer,
    and the database is asked nothing more for it.
    ``end`` is done soon after the answer was sent; at once when it ``holds_room`` for its body.
    ``closes``: the connection has an unread body, which is read on, so its end is at once, too.
    """

    environ: dict[str, Any]
    caller: Caller
    proto: HTTPProtocol
    end: asyncio.Future[None]
    seconds: float
    closes: bool
    holds_room: bool
    arrived: float = field(default_factory=time.monotonic)
    began: float = 0.0
    over: bool = False


class Threads:
    """Runs the application for one job after the other, on so many threads.

    A thread sends the answer itself, then calls ``finished`` with the job, which returns what that
    thread is to run next.  The event loop is not woken for either: with one interpreter lock, that
    would cost as much processor time as everything else that the server does for a request.
    """

    def __init__(
        self,
        application: WSGIApplication,
        loop: asyncio.AbstractEventLoop,
        finished: Callable[[Job], Job | None],
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
                following: Job | None = job
                while following is not None:
                    self._answer(following)
                    following = self._finished(following)
        finally:
            connections.close_all()

    def _answer(self, job: Job) -> None:
        request_id = request_id_of(job.environ)
        with serving(request_id), answering(job):
            try:
                answer = self._call(job)
                if answer is not None:
                    (answer.closing() if job.closes else answer).send(job.proto, request_id)
            except (ProtocolClosed, ProtocolError):
                pass  # The client has gone.
            except Exception as error:  # noqa: BLE001 - whatever it was, the client is answered
                # The application answers for its own faults until it gives the answer away.
                failed = _unanswered(error, job.environ["PATH_INFO"])
                failed.send(job.proto, request_id)

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
            return self._put_aside(job, status, headers, parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def _put_aside(
        self, job: Job, status: int, headers: list[tuple[str, str]], parts: Iterable[bytes]
    ) -> Answer | None:
        """Return an answer that turns out to be short; let granian send a long one from a file.

        A thread that sent the pieces itself would wait for its client, or leave all that the
        client has not read yet in memory: granian takes pieces at once, however many.
        """
        with SpooledTemporaryFile(max_size=_HELD) as aside:
            for part in parts:
                if job.over:
                    return None
                aside.write(part)
            length = aside.tell()
            aside.seek(0)
            if length <= _HELD:
                return Answer(status, headers, aside.read())
            descriptor = os.dup(aside.fileno())
        headers = [*headers, ("content-length", str(length))]
        # It has no name, so that nothing is left of it, whatever becomes of this process.
        job.proto.response_file(status, headers, f"/dev/fd/{descriptor}")
        self._loop.call_soon_threadsafe(
            self._loop.call_later, _SECONDS_UNTIL_OPEN, os.close, descriptor
        )
        return None


def _unanswered(error: Exception, path: str) -> Answer:
    """Return what is said for a request whose answer could not be made."""
    outage = outage_of(error)
    if outage is None and getattr(error, "errno", None) in _FULL:
        outage = Outage(f"no room for it: {error}", _RETRY_FULL)
    if outage is None:
        LOG.error("A request failed outside the application.", exc_info=error)
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"").closing()
    LOG.error("An answer could not be made (%s).", outage.reason)
    refusal = Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The answer could not be made now.",
        retry_after=outage.retry_after,
    )
    return refusal.answer(path)


def _length(headers: Iterable[tuple[str, str]]) -> float:
    for name, value in headers:
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    return float("inf")


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("Answers are returned, not written.")
