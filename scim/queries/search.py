"""Searches over every kind of resource at once (RFC 7644, Sections 3.4.2.1 and 3.4.3).

Users come first, then groups, as one list.  An attribute of the filter that a kind lacks has no
value there; one that no kind has is refused, and so is whatever cannot be compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scim.protocol.cursors import CursorPage
from scim.protocol.errors import InvalidCursorError
from scim.protocol.messages import list_response
from scim.protocol.paging import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scim.protocol.messages import Query

    List = Callable[[Query], dict[str, object]]


def search_everything(query: Query, lists: Sequence[List]) -> dict[str, object]:
    """Return one ListResponse over all ``lists``, each of which answers for one kind.

    Raises:
        InvalidFilterError: The filter cannot be parsed, or no kind has an attribute it names.
        InvalidCursorError: A cursor was asked for, which names a place in one list only.
    """
    page = query.page
    if isinstance(page, CursorPage):
        raise InvalidCursorError(
            "Search one kind of resource at a time, such as /Users/.search, to page by cursor."
        )
    found: list[Any] = []
    total = 0
    for one_kind in lists:
        rest = page.count - len(found)
        start = max(1, page.start_index - total)
        message = one_kind(replace(query, page=Page(start, max(0, rest))))
        found.extend(_resources(message))
        total += int(str(message["totalResults"]))
    return list_response(found, total=total, page=page)


def _resources(message: dict[str, Any]) -> list[Any]:
    resources: list[Any] = message.get("Resources", [])
    return resources
