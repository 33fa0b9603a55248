"""How an attempt at a job ends otherwise than well; Procrastinate is told by these."""

from __future__ import annotations


class NoLongerOursError(Exception):
    """Another attempt at the same job has begun or ended: this one must leave nothing behind."""


class PartlyDoneError(Exception):
    """Some tenants' part failed; the result says what the others' came to."""


class PutBackError(Exception):
    """The attempt failed, and the next is due after ``seconds``."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class GivenUpError(Exception):
    """The job has failed: it waits until somebody wants it tried again."""
