"""What a target answered (RFC 7644, Sections 3.4.2 and 3.12), however it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended.

    Attributes:
        method: What was asked, in capitals.
        status: The HTTP status, or 0 when no answer came.
        scim_type: ``scimType`` of the error, or ``""``.
        detail: What the target said, for people; or what went wrong on the way.
        retry_after: Seconds that the target asks to wait, or ``None``.
        was_sent: Whether the request may have reached the target although no answer came.
    """

    method: str
    status: int
    scim_type: str = ""
    detail: str = ""
    retry_after: float | None = None
    was_sent: bool = True


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    ``total`` is what the target says that there is, or ``None``; ``next_cursor`` where the next
    page begins (RFC 9865), or ``""``.
    """

    resources: tuple[Mapping[str, Any], ...]
    total: int | None
    items_per_page: int | None
    next_cursor: str = ""


class NotAListError(ValueError):
    """What the target answered is no list of resources."""


def read_list(body: object) -> ListPage:
    """Return the page that a ListResponse holds; member names in any letter case.

    Raises:
        NotAListError: It is something else.
    """
    raise NotImplementedError


def outcome(
    method: str, status: int, headers: Mapping[str, str], body: object, *, now: datetime
) -> Outcome:
    """Return how a request ended that was answered; ``body`` is its JSON, a text, or ``None``."""
    raise NotImplementedError


def unanswered(method: str, detail: str, *, was_sent: bool) -> Outcome:
    """Return how a request ended that was not answered.

    ``was_sent`` is ``False`` only when the target cannot have read it: no connection was made.
    """
    return Outcome(method, 0, detail=detail, was_sent=was_sent)


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` says, also as a date; ``None``: it says nothing."""
    raise NotImplementedError
