"""How long targets may be asked, all in all, while somebody waits for a page.

Each request to a target has a limit of its own; several in a row would hold a thread of the server
for minutes.  Jobs have places of their own for that (:mod:`accounts.jobs.places`).  Where neither
bounds it, no target is asked.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from accounts.jobs.places import is_reaching_out
from accounts.outgoing.errors import NotReachedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Limit(NamedTuple):
    """So many seconds, which end at this time of the monotonic clock."""

    seconds: float
    until: float


_limit: ContextVar[_Limit | None] = ContextVar("time_limit", default=None)


class UnlimitedError(Exception):
    """A target was to be asked where nothing bounds how long that may take: a fault of ours."""


class TimeIsUpError(NotReachedError):
    """Nothing was sent: the time in which targets may be asked is over."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let asking targets take so long, all in all, inside the block."""
    token = _limit.set(_Limit(seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def at_most(seconds: float) -> float:
    """Return how long asking may take that may take so long by itself.

    Raises:
        TimeIsUpError: There is no time left.
    """
    limit = _limit.get()
    if limit is None:
        return seconds
    left = limit.until - time.monotonic()
    if left <= 0:
        raise TimeIsUpError(
            _("The target is slow: this page waits %(seconds)d seconds for it, all in all.")
            % {"seconds": limit.seconds}
        )
    return min(seconds, left)


def require_limit() -> None:
    """Refuse to ask a target outside a job that reaches out, and without a limit of time.

    Raises:
        UnlimitedError: It is neither.
    """
    if _limit.get() is None and not is_reaching_out():
        raise UnlimitedError
