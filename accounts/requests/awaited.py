"""Whether anybody still waits for the answer to the request that this thread serves.

The server gives up an answer that takes too long, and says 503.  Who reads that sends the request
again; the thread, which may have waited for the database, must not do it meanwhile.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from django.db import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Answering(Protocol):
    """A request that is being answered; ``over`` once nobody waits for the answer."""

    @property
    def over(self) -> bool:
        """Whether it was given up."""


class NobodyWaitsError(OperationalError):
    """The answer was given up: the database is asked nothing more for it, and nothing is kept."""


_current: ContextVar[Answering | None] = ContextVar("answering", default=None)


@contextmanager
def answering(request: Answering) -> Iterator[None]:
    """Let ``request`` be what this thread answers inside the block."""
    reset_token = _current.set(request)
    try:
        yield
    finally:
        _current.reset(reset_token)


def require_somebody_waits() -> None:
    """Go on only for an answer that somebody waits for; outside of a request, always.

    Raises:
        NobodyWaitsError: It was given up.
    """
    current = _current.get()
    if current is not None and current.over:
        raise NobodyWaitsError("The answer took too long and was given up; nothing more is done.")
