"""Changes that meet others of the same thing: tried again, and at last told as 503.

Never as 409, which identity providers read as "exists already" and act upon.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import DatabaseError, IntegrityError

from accounts.storage.violations import refers_to_nothing

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

SECONDS_UNTIL_ANOTHER_TRY: Final = 1
"""``Retry-After`` of the answer when all tries were lost."""

_TRIES: Final = 4
_LONGEST_PAUSE: Final = 0.05
"""Seconds before the second try; twice as many before each further one.

Those who waited in a circle would otherwise meet again.
"""

_AGAIN: Final = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock.  Or what a new row refers to was deleted meanwhile."""

_LOST: Final = _AGAIN | {"55P03"}
"""And a lock that was waited for as long as anything may wait."""


def in_turn(change: Callable[[], _T]) -> _T:
    """Return what ``change`` comes to, which is one transaction, begun anew when it lost a race."""
    for attempt in range(_TRIES - 1):
        try:
            return change()
        except DatabaseError as error:
            if _sqlstate(error) not in _AGAIN and not _lost_what_it_refers_to(error):
                raise
        time.sleep(random.uniform(0, _LONGEST_PAUSE * 2**attempt))  # noqa: S311 - no secret
    return change()


def lost_a_race(error: Exception) -> bool:
    """Whether ``error`` says that others changed the same thing at once, and nothing else."""
    return _sqlstate(error) in _LOST or _lost_what_it_refers_to(error)


def _lost_what_it_refers_to(error: Exception) -> bool:
    return isinstance(error, IntegrityError) and refers_to_nothing(error)


def _sqlstate(error: Exception) -> str | None:
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state
