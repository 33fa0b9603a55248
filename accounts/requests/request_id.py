"""The id of the request that is served now, which its answer, the log and the trail have."""

from __future__ import annotations

import logging
import re
import secrets
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER: Final = "X-Request-ID"
LONGEST: Final = 64
_WELL_FORMED: Final = re.compile(rf"[A-Za-z0-9._-]{{8,{LONGEST}}}")
_RANDOM_BYTES: Final = 12

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request that this thread serves; nothing outside of one."""
    return _current.get()


@contextmanager
def serving(request_id: str) -> Iterator[None]:
    """Let ``request_id`` be the current one inside the block."""
    reset_token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(reset_token)


def chosen(sent: str, *, by_trusted_proxy: bool) -> str:
    """Return the id for a request that came with ``sent``: that one or a new one.

    An id is kept when a trusted proxy sent it and it is 8 to 64 letters, digits, ``.``, ``_`` and
    ``-``.  A stranger's would let two requests be taken for one.
    """
    if by_trusted_proxy and _WELL_FORMED.fullmatch(sent):
        return sent
    return secrets.token_hex(_RANDOM_BYTES)


class RequestId(logging.Filter):
    """Gives each record the ``request_id`` it was written in, or ``-``."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
