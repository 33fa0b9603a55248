"""Why something is not asked for, or not decided; each message is a sentence for who tried."""

from __future__ import annotations

from accounts.errors import AccountError


class RequestError(AccountError):
    """Base class of what is refused here; nothing was changed."""


class NotOfferedError(RequestError):
    """Nobody can be given this now, or not this person."""


class HeldAlreadyError(RequestError):
    """They have it."""


class AskedAlreadyError(RequestError):
    """They have asked for it, and nobody has decided yet."""


class TooManyRequestsError(RequestError):
    """They have asked for very much today."""


class RequestOverError(RequestError):
    """It was decided, taken back or has lapsed, or its person is gone."""


class NotYoursToDecideError(RequestError):
    """It is one's own request, or one may decide none."""


class NoReasonError(RequestError):
    """Whoever is refused is told why, and so is who decides."""


class NoSuchDayError(RequestError):
    """It is over already, or too far away."""
