"""What stands between granian and the application: every limit that a request meets.

A request is answered in this order.  Its headers become an environment
(:mod:`operations.server.environ`); its caller is guessed (:mod:`operations.server.callers`); its
body is read within limits (:mod:`operations.server.bodies`), unless the application can refuse
without it; it waits for its turn (:mod:`operations.server.fair_queue`) and runs on one of the
threads (:mod:`operations.server.threads`), which sends the answer and takes what is next.
Whatever takes too long is answered 503 here, by the event loop, which never waits itself.

What the loop has to note of an answer that was sent can wait until it wakes anyway: for the next
request, or to look at those that take long.  A thread that wakes it for each costs more processor
time than all of the above.

Health checks (:mod:`operations.server.health`) are answered before all this.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from accounts.requests.callers import CALLER
from operations.requests.request_id import request_id_of
from operations.server.answers import Refusal
from operations.server.bodies import Bodies, arriving
from operations.server.environ import environ_of, give_body, refuse_long_address
from operations.server.fair_queue import FairQueue, QueueFullError
from operations.server.health import health_of
from operations.server.threads import Job, Threads

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from operations.bounds import Bounds
    from operations.server.callers import Callers
    from operations.server.fair_queue import Caller
    from operations.server.rsgi import HTTPProtocol, Scope

LOG = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS: Final = 0.25
_SECONDS_BETWEEN_LINES: Final = 5.0
_SECONDS_NOT_READY: Final = 5.0
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
        self._turns = threading.Lock()
        """Held for moments, by whoever uses the queue, and while a job's ``began`` is first set."""
        self._jobs: set[Job] = set()
        self._ended: deque[Job] = deque()
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
        self._note_ended()
        environ = environ_of(scope)
        unread = None
        try:
            refuse_long_address(scope, self._bounds.address_characters)
            answer = await self._health.answer(environ)
            if answer is None:
                await self._answer(environ, proto)
            elif _has_body(environ):
                unread = arriving(proto)
        except Refusal as refusal:
            self._refused[f"{refusal.status.value} {refusal.detail}"] += 1
            answer = refusal.answer(scope.path)
            unread = refusal.unread or arriving(proto)
        if answer is not None:
            answer.send(proto, request_id_of(environ))
        if unread is not None:
            await self._bodies.read_on(unread)

    async def _answer(self, environ: dict[str, Any], proto: HTTPProtocol) -> None:
        """Have the request answered by a thread."""
        caller = self._callers.of(environ)
        if not _has_body(environ):
            await self._in_turn(environ, b"", caller, proto)
            return
        if self._rules.refuses_unread(environ):
            await self._in_turn(environ, b"", caller, proto, closes=True)
            await self._bodies.read_on(arriving(proto))
            return
        body = await self._bodies.read(environ, proto, caller)
        try:
            await self._in_turn(environ, body, caller, proto)
        finally:
            self._bodies.release(caller, body)

    async def _in_turn(
        self,
        environ: dict[str, Any],
        body: bytes,
        caller: Caller,
        proto: HTTPProtocol,
        *,
        closes: bool = False,
    ) -> None:
        give_body(environ, body)
        seconds = self._limit(environ["PATH_INFO"])
        end = self._loop.create_future()
        job = Job(
            environ=environ,
            caller=caller,
            proto=proto,
            end=end,
            seconds=seconds,
            closes=closes,
            holds_room=self._bodies.is_counted(body),
        )
        try:
            with self._turns:
                self._queue.put(caller, job)
                following = self._take()
        except QueueFullError as error:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"Too many requests of {error} wait already.",
                retry_after=_RETRY_WAITED,
            ) from None
        self._jobs.add(job)
        if following is not None:
            self._threads.run(following)
        await job.end

    def _take(self) -> Job | None:
        """Return what is to run now, if something may; the caller holds the lock."""
        found = self._queue.take()
        if found is None:
            return None
        found[1].began = time.monotonic()
        return found[1]

    def _finished(self, job: Job) -> Job | None:
        """Note that a thread has answered ``job``; return what it is to run next.  Any thread."""
        with self._turns:
            self._queue.done(job.caller)
            following = self._take()
        self._ended.append(job)
        if job.holds_room or job.closes:
            self._loop.call_soon_threadsafe(self._note_ended)
        return following

    def _note_ended(self) -> None:
        while self._ended:
            job = self._ended.popleft()
            self._jobs.discard(job)
            if CALLER in job.environ:
                self._callers.learn(job.environ, job.environ[CALLER])
            if not job.end.done():
                job.end.set_result(None)

    def _look(self) -> None:
        """Answer whoever has waited too long, for a thread or for one to finish."""
        self._loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look)
        self._note_ended()
        now = time.monotonic()
        self._bodies.end_late(now)
        for job in list(self._jobs):
            if not job.began:
                if now - job.arrived > self._bounds.waiting_seconds and self._dropped(job):
                    self._jobs.discard(job)
                    self._give_up(job, "It waited too long for its turn.", _RETRY_WAITED)
            elif now - job.began > job.seconds:
                self._give_up(job, "The answer took too long.", _RETRY_SLOW)
                if now - job.began > self._bounds.stuck_seconds and self.is_able:
                    self.is_able = False
                    LOG.error(
                        "A thread is stuck in %s; this worker ends.", job.environ["PATH_INFO"]
                    )
                    # Until then, /health/ready tells whoever sends requests here.
                    self._loop.call_later(_SECONDS_NOT_READY, self._rules.replace_worker)

    def _dropped(self, job: Job) -> bool:
        """Let ``job`` wait no more, unless a thread has just taken it."""
        with self._turns:
            if job.began:
                return False
            self._queue.drop(job.caller, job)
        return True

    def _give_up(self, job: Job, detail: str, retry_after: int) -> None:
        job.over = True
        if not job.end.done():
            refusal = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=retry_after)
            job.end.set_exception(refusal)

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


def _has_body(environ: dict[str, Any]) -> bool:
    return "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
