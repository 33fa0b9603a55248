"""What follows from the answer of a target: done, again later, or never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.protocol.answers import Outcome


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
    the caller for each attempt.  A learned dialect (:func:`provisioning.protocol.fallbacks`) comes
    before this.
    """
    raise NotImplementedError
