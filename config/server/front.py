"""What stands between granian and the application: every limit that a request meets.

A request is answered in this order.  Its headers become an environment
(:mod:`config.server.environ`); its caller is guessed (:mod:`config.server.callers`); its body is
read within limits (:mod:`config.server.bodies`), unless the application can refuse without it;
it waits for its turn (:mod:`config.server.fair_queue`) and runs on one of the threads
(:mod:`config.server.threads`).  Whatever takes too long is answered 503 here, by the event loop,
which never waits itself.

Health checks (:mod:`config.server.health`) are answered before all this.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from accounts.callers import CALLER
from config.request_id import request_id_of
from config.server.answers import Refusal
from config.server.bodies import Bodies
from config.server.environ import environ_of, give_body
from config.server.fair_queue import FairQueue, QueueFullError
from config.server.health import health_of
from config.server.rsgi import ProtocolClosed, ProtocolError
from config.server.threads import Job, Threads

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from config.bounds import Bounds
    from config.server.answers import Answer
    from config.server.callers import Callers
    from config.server.fair_queue import Caller
    from config.server.rsgi import HTTPProtocol, Scope

LOG = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS: Final = 0.25
_SECONDS_BETWEEN_LINES: Final = 5.0
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_RETRY_WAITED: Final = 1
_RETRY_SLOW: Final = 5


class Rules(Protocol):
    """What the front asks about requests, and does about a worker."""

    def refuses_unread(self, environ: dict[str, Any]) -> bool:
        """Whether the application will refuse the request, whatever its body holds."""

    def takes_long(self, path: str) -> bool:
        """Whether requests for ``path`` may take longer than others."""

    def replace_worker(self) -> None:
        """End this worker: a thread is stuck.  Called once."""


class Front:
    """Serves requests that granian hands over (its RSGI interface), within ``bounds``.

    ``rules`` are what it knows of the application, which it otherwise only calls.
    """

    def __init__(
        self,
        application: WSGIApplication,
        bounds: Bounds,
        callers: Callers,
        rules: Rules,
    ) -> None:
        self._application = application
        self._bounds = bounds
        self._callers = callers
        self._rules = rules
        self._bodies = Bodies(bounds)
        self._queue: FairQueue[Job] = FairQueue(
            threads=bounds.threads, waiting=bounds.waiting, waiting_of_one=bounds.waiting_of_one
        )
        self._jobs: set[Job] = set()
        self._refused: Counter[str] = Counter()
        self._health = health_of(lambda: self.is_able)
        self._loop: asyncio.AbstractEventLoop
        self._threads: Threads
        self.is_able = True
        """Whether this worker still takes part; no more once a thread is stuck."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, in the worker's event loop, before its first request."""
        self._loop = loop
        self._threads = Threads(self._application, loop, self._finished)
        self._threads.start(self._bounds.threads)
        loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look)
        loop.call_later(_SECONDS_BETWEEN_LINES, self._report)

    def stop(self) -> None:
        """End the threads, after the last request."""
        self._report()
        self._threads.stop(_SECONDS_BETWEEN_LINES)

    async def serve(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Answer one request."""
        environ = environ_of(scope)
        try:
            answer = await self._health.answer(environ) or await self._answer(environ, proto)
        except Refusal as refusal:
            self._refused[f"{refusal.status.value} {refusal.detail}"] += 1
            answer = refusal.answer(scope.path)
        except (ProtocolClosed, ProtocolError):
            return
        if answer is None:
            return
        answer = answer.with_id(request_id_of(environ))
        if answer.status in _WITHOUT_BODY:
            proto.response_empty(answer.status, answer.headers)
        else:
            proto.response_bytes(answer.status, answer.headers, answer.body)

    async def _answer(self, environ: dict[str, Any], proto: HTTPProtocol) -> Answer | None:
        caller = self._callers.of(environ)
        has_body = "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
        if not has_body:
            return await self._in_turn(environ, b"", caller, proto)
        if self._rules.refuses_unread(environ):
            answer = await self._in_turn(environ, b"", caller, proto)
            return answer and answer.closing()
        body = await self._bodies.read(environ, proto, caller)
        try:
            return await self._in_turn(environ, body, caller, proto)
        finally:
            self._bodies.release(caller, body)

    async def _in_turn(
        self, environ: dict[str, Any], body: bytes, caller: Caller, proto: HTTPProtocol
    ) -> Answer | None:
        give_body(environ, body)
        seconds = self._limit(environ["PATH_INFO"])
        job = Job(environ, caller, proto, self._loop.create_future(), seconds)
        try:
            self._queue.put(caller, job)
        except QueueFullError as error:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"Too many requests of {error} wait already.",
                retry_after=_RETRY_WAITED,
            ) from None
        self._jobs.add(job)
        self._dispatch()
        return await job.answer

    def _dispatch(self) -> None:
        while (found := self._queue.take()) is not None:
            self._threads.run(found[1])

    def _finished(self, job: Job, answer: Answer | None) -> None:
        self._jobs.discard(job)
        self._queue.done(job.caller)
        if CALLER in job.environ:
            self._callers.learn(job.environ, job.environ[CALLER])
        if not job.answer.done():
            job.answer.set_result(answer)
        self._dispatch()

    def _look(self) -> None:
        """Answer whoever has waited too long, for a thread or for one to finish."""
        self._loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look)
        now = time.monotonic()
        for job in list(self._jobs):
            if not job.began:
                if now - job.arrived > self._bounds.waiting_seconds:
                    self._queue.drop(job.caller, job)
                    self._jobs.discard(job)
                    self._give_up(job, "It waited too long for its turn.", _RETRY_WAITED)
            elif now - job.began > job.seconds:
                self._give_up(job, "The answer took too long.", _RETRY_SLOW)
                if now - job.began > self._bounds.stuck_seconds and self.is_able:
                    self.is_able = False
                    LOG.error(
                        "A thread is stuck in %s; this worker ends.", job.environ["PATH_INFO"]
                    )
                    self._rules.replace_worker()

    def _give_up(self, job: Job, detail: str, retry_after: int) -> None:
        job.over = True
        if not job.answer.done():
            refusal = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=retry_after)
            job.answer.set_exception(refusal)

    def _report(self) -> None:
        """Write one line for each reason of refusals, however many there were."""
        for reason, count in self._refused.items():
            LOG.warning("Refused %s: %s", "once" if count == 1 else f"{count} times", reason)
        self._refused.clear()
        if self._loop.is_running():
            self._loop.call_later(_SECONDS_BETWEEN_LINES, self._report)

    def _limit(self, path: str) -> float:
        if self._rules.takes_long(path):
            return self._bounds.long_answer_seconds
        return self._bounds.answer_seconds
