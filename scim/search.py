"""Searches over every kind of resource at once (RFC 7644, Sections 3.4.2.1 and 3.4.3).

Users come first, then groups, as one list.  A kind that lacks an attribute of the filter has no
match; a filter that no kind can answer is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scim.protocol.cursors import CursorPage
from scim.protocol.errors import InvalidCursorError, InvalidFilterError, InvalidValueError
from scim.protocol.messages import list_response
from scim.protocol.paging import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scim.protocol.messages import Query

    List = Callable[[Query], dict[str, object]]


def search_everything(query: Query, lists: Sequence[List]) -> dict[str, object]:
    """Return one ListResponse over all ``lists``, each of which answers for one kind.

    Raises:
        InvalidFilterError: No kind has the attributes that the filter names.
        InvalidCursorError: A cursor was asked for, which names a place in one list only.
    """
    page = query.page
    if isinstance(page, CursorPage):
        raise InvalidCursorError(
            "Search one kind of resource at a time, such as /Users/.search, to page by cursor."
        )
    found: list[Any] = []
    total, refusals = 0, []
    for one_kind in lists:
        rest = page.count - len(found)
        start = max(1, page.start_index - total)
        try:
            message = one_kind(replace(query, page=Page(start, max(0, rest))))
        except (InvalidFilterError, InvalidValueError) as error:
            refusals.append(error)
            continue
        found.extend(_resources(message))
        total += int(str(message["totalResults"]))
    if len(refusals) == len(lists):
        raise refusals[0]
    return list_response(found, total=total, page=page)


def _resources(message: dict[str, Any]) -> list[Any]:
    resources: list[Any] = message.get("Resources", [])
    return resources
