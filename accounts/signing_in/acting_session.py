"""Which browser's session asks for what happens now.

A change may end sessions, but never that of the admin who makes it: they would stand before the
door that they have just changed.  The sites say whose request it is, as they say who acts
(:func:`accounts.trail.audit.acting_as`); whatever ends the sessions of many people spares it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_session: ContextVar[str | None] = ContextVar("acting_session", default=None)


@contextmanager
def acting_in(session: str | None) -> Iterator[None]:
    """Say which session asks inside the ``with`` block: the primary key of its row, or none."""
    reset_token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(reset_token)


def acting_session() -> str | None:
    """Return the primary key of the session that asks, or nothing for commands and strangers."""
    return _session.get()
