"""What is away or overloaded, as opposed to wrong: answered 503, to be tried again.

The database's classes and SQLSTATEs are those of PostgreSQL's Appendix A.  At connecting there is
none, whatever the reason.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

import psycopg as driver
from django.db import DatabaseError, Error, InterfaceError, InternalError, OperationalError
from typing_extensions import override

_BRIEF: Final = frozenset({"40001", "40P01", "55P03"})
"""A conflict, a deadlock, a lock not had in time: over within moments."""

_CONFLICTS: Final = frozenset({"40001", "40P01"})
_LOCK_NOT_HAD: Final = "55P03"
_OF_SERVER: Final = frozenset({"25P03", "25006"})
"""The session sat idle in its transaction; the server is a standby.  Django: internal errors."""

_SECONDS_BRIEF: Final = 1
_SECONDS: Final = 5


class OverloadedError(Exception):
    """Something of our own is overloaded; ``retry_after`` is in seconds."""

    retry_after = _SECONDS


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a request cannot be served now.

    ``reason`` is for the log: a class and, where there is one, a SQLSTATE.  It ``may_repeat`` when
    the same request would probably succeed if it were done again at once.
    """

    reason: str
    retry_after: int
    may_repeat: bool = False


def outage_of(error: BaseException | None) -> Outage | None:
    """Return the outage that ``error`` tells of, or ``None`` when it is a fault."""
    if isinstance(error, OverloadedError):
        return Outage(f"{type(error).__name__}: {error}", error.retry_after)
    cause = error.__cause__ if isinstance(error, Error) else error
    state = getattr(cause, "sqlstate", None) or None
    if not _is_outage(error, state):
        return None
    kind = type(cause or error).__name__
    lines = str(error).strip().splitlines()
    reason = f"{kind} {state or 'without SQLSTATE'}: {lines[0] if lines else ''}"
    seconds = _SECONDS_BRIEF if state in _BRIEF else _SECONDS
    return Outage(reason, seconds, may_repeat=state in _CONFLICTS)


def is_held_by_others(error: Error) -> bool:
    """Whether Django's ``error`` says that a lock was waited for in vain, as others held it."""
    return getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_HAD


def _is_outage(error: BaseException | None, state: str | None) -> bool:
    """Whether Django's error, or the driver's own, has a class and a SQLSTATE of an outage."""
    if isinstance(error, InternalError | driver.InternalError):
        return state in _OF_SERVER
    if type(error) in {DatabaseError, driver.DatabaseError}:
        return state is None  # The connection broke amid a statement that was planned before.
    return isinstance(
        error,
        OperationalError | InterfaceError | driver.OperationalError | driver.InterfaceError,
    )


class OneLine(logging.Filter):
    """Writes an outage as one line: its traceback says nothing, and there may be thousands."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        outage = outage_of(record.exc_info[1]) if record.exc_info else None
        if outage is not None:
            record.msg = f"{record.getMessage()} ({outage.reason})"
            record.args = None
            record.exc_info = None
            record.exc_text = None
        return True
