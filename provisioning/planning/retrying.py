"""What follows from the answer of a target: done, again later, or never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.protocol.answers import Outcome


SHORTEST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=6)
GIVEN_UP_AFTER: Final = timedelta(days=28)

_LEAST_ASKED: Final = timedelta(seconds=1)
_MOST_DOUBLINGS: Final = 10
_MOST_CONFLICTS: Final = 4
"""So many attempts a change has that is refused with 409, the last after some minutes."""
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NEVER_SUPPORTED: Final = frozenset(
    {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED}
)
_PASSING: Final = frozenset(
    {
        0,  # No answer came.
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.LOCKED,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


@dataclass(frozen=True, slots=True)
class Done:
    """The target did it, or it was so already."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Again at a time; with ``pauses_target``, nothing goes to this target before."""

    when: datetime
    reason: str
    pauses_target: bool = False


@dataclass(frozen=True, slots=True)
class SearchFirst:
    """It may have been done: at that time, look for it before anything is sent again."""

    when: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MatchAgain:
    """The target holds something of that name already (409): look for it and match."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """The resource changed since it was read (412): read it, and plan anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The resource is not there any more: unlink it, and plan anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class QuarantineObject:
    """This object is not tried again until what is wanted of it, or the mapping, changes."""

    reason: str


@dataclass(frozen=True, slots=True)
class QuarantineApplication:
    """Nothing is sent to this application until an admin says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It was tried for four weeks."""

    reason: str


Verdict = (
    Done
    | RetryAt
    | SearchFirst
    | MatchAgain
    | ReadAgain
    | Gone
    | QuarantineObject
    | QuarantineApplication
    | GivenUp
)


def decide(
    answer: Outcome, *, attempts: int, now: datetime, first_tried: datetime, jitter: float
) -> Verdict:
    """Return what follows from an answer.

    ``attempts`` counts those made, this one included; ``jitter`` is between 0 and 1, drawn anew by
    the caller for each attempt.  Whether the target wants it said otherwise
    (:func:`provisioning.protocol.fallbacks.fallback`) is asked before this.
    """
    if answer.is_success or _is_done(answer):
        return Done()
    if not _may_pass(answer, attempts):
        return _meant(answer)
    if now - first_tried >= GIVEN_UP_AFTER:
        return GivenUp(said(answer))
    when = now + _pause(answer, attempts, jitter)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryAt(when, said(answer), pauses_target=True)
    if answer.method == "POST" and answer.was_sent:
        return SearchFirst(when, said(answer))
    asks_to_wait = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after
    return RetryAt(when, said(answer), pauses_target=bool(asks_to_wait))


def said(answer: Outcome) -> str:
    """Return in a line what the target said, for the log.

    >>> said(Outcome("POST", 400, "invalidValue", "No title."))
    '400 invalidValue: No title.'
    """
    if not answer.is_readable:
        return f"{answer.status}: a page instead of JSON"
    head = " ".join(part for part in (str(answer.status or ""), answer.scim_type) if part)
    return ": ".join(part for part in (head, answer.detail) if part) or "no answer"


def _is_done(answer: Outcome) -> bool:
    return answer.method == "DELETE" and answer.status in _GONE


def _is_name_taken(answer: Outcome) -> bool:
    """Whether a change may be refused for a name that somebody else is just about to leave."""
    return answer.status == HTTPStatus.CONFLICT and answer.method in {"PATCH", "PUT"}


def _may_pass(answer: Outcome, attempts: int) -> bool:
    """Whether the same request may be accepted later."""
    if _is_name_taken(answer):
        return attempts < _MOST_CONFLICTS
    if answer.status in _NEVER_SUPPORTED:
        return False
    return answer.status in _PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _meant(answer: Outcome) -> Verdict:
    """Return what follows from a refusal that another attempt would meet again."""
    reason = said(answer)
    is_redirect = 300 <= answer.status < 400  # noqa: PLR2004  # RFC 9110, 15.4
    if answer.status == HTTPStatus.UNAUTHORIZED or is_redirect or not answer.is_readable:
        return QuarantineApplication(reason)
    if answer.status in _GONE and answer.method != "POST":
        return Gone(reason)
    if answer.status == HTTPStatus.CONFLICT and answer.method == "POST":
        return MatchAgain(reason)
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        return ReadAgain(reason)
    return QuarantineObject(reason)


def _pause(answer: Outcome, attempts: int, jitter: float) -> timedelta:
    """Return how long to wait: as asked, within bounds, or longer after each attempt."""
    if answer.retry_after:
        return min(max(timedelta(seconds=answer.retry_after), _LEAST_ASKED), LONGEST)
    doublings = min(max(attempts - 1, 0), _MOST_DOUBLINGS)
    most = min(SHORTEST * (2 << doublings), LONGEST)
    return SHORTEST + (most - SHORTEST) * min(max(jitter, 0.0), 1.0)
