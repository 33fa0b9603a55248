"""A rate limit for each token: 429 with ``Retry-After`` above it (RFC 6585, Section 4).

The workers of a server count together (:func:`share`), without a statement.  Servers on other
machines count by themselves: with N of them, a client gets through at most N times the limit.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

from django.conf import settings

from scim.http.rate_stamps import OwnStamps, SharedStamps
from scim.protocol.errors import TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scim.http.rate_stamps import Stamps
    from scim.storage.credentials import Credential


_MINUTE: Final = 60.0


class RateLimit:
    """So many requests at once, then as many as flow in again."""

    def __init__(
        self, stamps: Stamps | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self.stamps = stamps or OwnStamps()

    def check(self, token_id: int, *, at_once: int, seconds: float) -> None:
        """Count one request of a token that may send ``at_once``, and as many in ``seconds``.

        Raises:
            TooManyRequestsError: The token has none left; ``retry_after`` says for how long.
        """
        wait = self.stamps.advance(
            token_id, now=self._clock(), step=seconds / at_once, room=seconds
        )
        if wait:
            pause = max(1, math.ceil(wait))
            raise TooManyRequestsError(
                f"This token may send {at_once} requests in {seconds:g} seconds. Go on in "
                f"{pause} seconds.",
                retry_after=pause,
            )


_limit = RateLimit()


def share() -> None:
    """Let the processes that this one forks from now on count together.

    Raises:
        OSError: The machine gives no memory for it; each counts by itself then.
    """
    _limit.stamps = SharedStamps()


def gate(credential: Credential) -> None:
    """Refuse a request of a token that is over its limit; for :data:`scim.http.exchanges.gates`."""
    own = credential.rate_limit_per_minute
    if own:
        _limit.check(credential.token_id, at_once=own, seconds=_MINUTE)
    else:
        at_once = settings.BOUNDS.requests_at_once
        seconds = at_once / settings.BOUNDS.requests_per_second
        _limit.check(credential.token_id, at_once=at_once, seconds=seconds)
