"""What a target answered (RFC 7644, Sections 3.4.2 and 3.12), however it says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import member
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MAX_DETAIL: Final = 500
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_SUCCESS: Final = range(200, 300)
_STATUSES: Final = range(100, 600)
_BAD_REQUEST: Final = 400


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
        is_readable: Whether the answer is JSON, or nothing; a page is neither.
        is_page: Whether a text came that is no JSON, as of who stands before a target.
    """

    method: str
    status: int
    scim_type: str = ""
    detail: str = ""
    retry_after: float | None = None
    was_sent: bool = True
    is_readable: bool = True
    is_page: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the target says that it was done."""
        return self.status in _SUCCESS and self.is_readable


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    ``total`` is what the target says that there is, or ``None``; ``next_cursor`` where the next
    page begins (RFC 9865), or ``""``.
    """

    resources: tuple[Mapping[str, Any], ...]
    total: int | None
    next_cursor: str = ""


def id_of(resource: object) -> str:
    """Return the id of a resource that a target shows; empty: it shows none that can be asked for.

    It is a text (RFC 7643, Section 3.1), of which some targets make a number.

    >>> id_of({"id": 7}), id_of({"Id": "7"}), id_of({"id": None}), id_of({"id": ".."})
    ('7', '7', '', '')
    """
    value = member(resource, "id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    # What leads elsewhere as the last part of a path (RFC 3986, Section 5.2.4).
    return "" if text.strip() in {"", ".", ".."} else text


class NotAListError(ValueError):
    """What the target answered is no list of resources."""


def read_list(body: object) -> ListPage:
    """Return the page that a ListResponse holds; member names in any letter case.

    Raises:
        NotAListError: It is something else.
    """
    total = _count(member(body, "totalResults"))
    resources = member(body, "Resources")
    if resources is None and total is not None:
        resources = []
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        raise NotAListError("The target answered with something that is no list of resources.")
    cursor = member(body, "nextCursor")
    return ListPage(tuple(resources), total, cursor if isinstance(cursor, str) else "")


def outcome(
    method: str, status: int, headers: Mapping[str, str], body: object, *, now: datetime
) -> Outcome:
    """Return how a request ended that was answered; ``body`` is its JSON, a text, or ``None``.

    An Error message within an answer of success counts as what it says, or as a refusal.
    """
    if status in _SUCCESS and _is_error(body):
        said = _count(member(body, "status")) or _BAD_REQUEST
        status = said if said in _STATUSES and said not in _SUCCESS else _BAD_REQUEST
    is_success = status in _SUCCESS
    retry_after = next(
        (value for name, value in headers.items() if name.lower() == "retry-after"), ""
    )
    scim_type = member(body, "scimType")
    is_page = isinstance(body, str) and body.strip() != ""
    return Outcome(
        method=method.upper(),
        status=status if status in _STATUSES else 0,
        scim_type=scim_type if isinstance(scim_type, str) and not is_success else "",
        detail="" if is_success else _detail(body),
        retry_after=parse_retry_after(retry_after, now=now),
        is_readable=not (is_success and is_page),
        is_page=is_page,
    )


def unanswered(method: str, detail: str, *, was_sent: bool) -> Outcome:
    """Return how a request ended that was not answered.

    ``was_sent`` is ``False`` only when the target cannot have read it: no connection was made.
    """
    return Outcome(method.upper(), 0, detail=detail[:_MAX_DETAIL], was_sent=was_sent)


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` says, also as a date; ``None``: it says nothing."""
    value = value.strip()
    if _NUMBER.fullmatch(value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _is_error(body: object) -> bool:
    schemas = member(body, "schemas")
    return isinstance(schemas, list) and urns.ERROR in schemas


def _count(value: object) -> int | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count and isinstance(value, int) else None


def _detail(body: object) -> str:
    """Return what an answer says is wrong: SCIM 2.0, SCIM 1.1, OAuth, or any text."""
    said: Any = body
    if isinstance(body, dict):
        errors = member(body, "Errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        said = next(
            (
                text
                for holder in (body, first)
                for name in ("detail", "description", "error_description", "message", "error")
                if isinstance(text := member(holder, name), str) and text
            ),
            "",
        )
    return " ".join(said.split())[:_MAX_DETAIL] if isinstance(said, str) else ""
