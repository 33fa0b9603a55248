"""Reasons something about an access review is refused; each message is a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.errors import AccountError

if TYPE_CHECKING:
    from uuid import UUID


class ReviewError(AccountError):
    """Base class for refusals that people are told about."""


class ReviewNotStartedError(ReviewError):
    """What was asked for makes no review."""


class ReviewNotRunningError(ReviewError):
    """The review has ended, is prepared still, or was cancelled."""


class LineNotDecidedError(ReviewError):
    """A line cannot be decided so, or not by this person.

    ``about`` is whom the message names: who records it, does so of them.
    """

    def __init__(self, says: str, *, about: UUID | None = None) -> None:
        super().__init__(says)
        self.about = about


class NotUndoneError(ReviewError):
    """What a review took cannot be given back: it was not carried out, or too long ago."""


class NothingTakenError(ReviewError):
    """A line is left as it is; the message says why."""


class NothingGivenBackError(ReviewError):
    """What a line lost is not given back; the message says why."""
