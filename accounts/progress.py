"""How far long work has come: told to whoever runs it, if anybody asks."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reporter(Protocol):
    """Takes what :func:`report_progress` says."""

    def __call__(self, *, done: int, total: int) -> None:
        """Note that so many of so many are done."""


_reporter: ContextVar[Reporter | None] = ContextVar("progress", default=None)


@contextmanager
def reported_to(reporter: Reporter) -> Iterator[None]:
    """Let ``reporter`` hear of the progress inside the block."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)


def report_progress(*, done: int, total: int) -> None:
    """Say how far the work has come, to the job that it is, if it is one."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(done=done, total=total)
