"""A rate limit for each token: 429 with ``Retry-After`` above it (RFC 6585, Section 4).

Each worker process counts by itself, so that counting costs no statement: with N workers a
client gets through at most N times the limit.  The default only stops clients that run wild.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from scim.protocol.errors import TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scim.authentication import Credential

DEFAULT_PER_MINUTE: Final = 600_000
"""Requests per minute and token for sources that set no limit of their own."""

_MOST_TOKENS: Final = 10_000


class RateLimit:
    """Token buckets: a minute's worth of requests at once, then as many as flow in again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()
        """For each token: how many requests are left, and when that was worked out."""

    def check(self, token_id: int, per_minute: int) -> None:
        """Count one request.

        Raises:
            TooManyRequestsError: The token has none left; ``retry_after`` says for how long.
        """
        rate, now = per_minute / 60, self._clock()
        with self._lock:
            left, then = self._buckets.pop(token_id, (float(per_minute), now))
            left = min(float(per_minute), left + (now - then) * rate)
            allowed = left >= 1
            self._buckets[token_id] = (left - 1 if allowed else left, now)
            if len(self._buckets) > _MOST_TOKENS:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / rate)
            raise TooManyRequestsError(
                f"This token may send {per_minute} requests per minute. Go on in {wait} seconds.",
                retry_after=wait,
            )


_limit = RateLimit()


def gate(credential: Credential) -> None:
    """Refuse a request of a token that is over its limit; for :data:`scim.exchanges.gates`."""
    _limit.check(credential.token_id, credential.rate_limit_per_minute or DEFAULT_PER_MINUTE)
