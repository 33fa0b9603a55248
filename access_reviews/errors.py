"""Reasons something about an access review is refused; each message is a sentence for people."""

from __future__ import annotations

from accounts.errors import AccountError


class ReviewError(AccountError):
    """Base class for refusals that people are told about."""


class ReviewNotStartedError(ReviewError):
    """What was asked for makes no review."""


class ReviewNotRunningError(ReviewError):
    """The review has ended, is prepared still, or was cancelled."""


class LineNotDecidedError(ReviewError):
    """A line cannot be decided so, or not by this person."""


class NotUndoneError(ReviewError):
    """What a review took cannot be given back: it was not carried out, or too long ago."""


class NothingTakenError(ReviewError):
    """A line is left as it is; the message says why."""


class NothingGivenBackError(ReviewError):
    """What a line lost is not given back; the message says why."""
