"""Queries and their answers: parameters or a SearchRequest in, a ListResponse out.

RFC 7644, Sections 3.4.2 and 3.4.3; RFC 9865, Section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scim.protocol import urns
from scim.protocol.cursors import CursorPage
from scim.protocol.errors import InvalidFilterError, InvalidSyntaxError, InvalidValueError
from scim.protocol.paging import MAX_RESULTS, Page
from scim.protocol.projection import read_names
from scim.protocol.schemas import AttributePath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scim.protocol.schemas import ResourceType

_PARAMETERS: Final = {
    name.lower(): name
    for name in (
        "filter",
        "sortBy",
        "sortOrder",
        "startIndex",
        "count",
        "cursor",
        "attributes",
        "excludedAttributes",
    )
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asks of a list, from a URL or from a ``.search`` body alike.

    ``filter`` is ``None`` when there is none; an empty filter is kept, for it must be refused
    and never read as "all".  ``attributes`` and ``excluded_attributes`` are comma-separated.
    """

    filter: str | None
    sort_by: str
    sort_order: str
    page: Page | CursorPage
    attributes: str
    excluded_attributes: str


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by one attribute.  A multi-valued one sorts by its primary, or first, value."""

    path: AttributePath
    descending: bool = False


def read_query(params: Mapping[str, object], *, max_results: int = MAX_RESULTS) -> Query:
    """Read the parameters of a query; their names may be in any letter case.

    With ``cursor``, even an empty one, the page is a :class:`CursorPage`.

    Raises:
        InvalidValueError: ``startIndex`` or ``count`` is not a whole number, or ``sortBy`` or
            ``sortOrder`` is not a string.
        InvalidCountError: ``count`` is not a whole number, and ``cursor`` is given.
        InvalidFilterError: ``filter`` is not a string.
    """
    named = {_PARAMETERS.get(name.lower(), name): value for name, value in params.items()}
    expression = named.get("filter")
    if expression is not None and not isinstance(expression, str):
        raise InvalidFilterError('filter must be a string such as userName eq "bjensen".')
    page = CursorPage.from_query(named, max_results=max_results)
    return Query(
        filter=expression,
        sort_by=_text(named, "sortBy"),
        sort_order=_text(named, "sortOrder"),
        page=page or Page.from_query(named, max_results=max_results),
        attributes=read_names(named.get("attributes"), "attributes"),
        excluded_attributes=read_names(named.get("excludedAttributes"), "excludedAttributes"),
    )


def read_search_request(body: object, *, max_results: int = MAX_RESULTS) -> Query:
    """Read the SearchRequest message of ``POST …/.search``; ``schemas`` may be missing.

    Raises:
        InvalidSyntaxError: The body is not a SearchRequest.
        InvalidValueError: A member does not fit; see :func:`read_query`.
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxError("The body must be a JSON object.")
    schemas = next((body[key] for key in body if key.lower() == "schemas"), None)
    if schemas is not None and not _lists(schemas, urns.SEARCH_REQUEST):
        raise InvalidSyntaxError(f"schemas of a search must list {urns.SEARCH_REQUEST}.")
    return read_query(body, max_results=max_results)


def parse_sort(
    query: Query, resource_type: ResourceType, others: tuple[ResourceType, ...] = ()
) -> Sort | None:
    """Return the order that a query asks for, or ``None`` for the server's own.

    A complex attribute sorts by its ``value``.  ``sortOrder`` is ``ascending`` unless given.
    What only ``others`` have, which are searched with the same query, orders nothing here.

    Raises:
        InvalidValueError: ``sortBy`` names no attribute that can be sorted by, or ``sortOrder``
            is neither ``ascending`` nor ``descending``.
    """
    order = query.sort_order.strip().lower()
    if order not in {"", "ascending", "descending"}:
        raise InvalidValueError("sortOrder must be ascending or descending.")
    if not query.sort_by.strip():
        return None
    name = query.sort_by.strip()
    path = resource_type.resolve(name)
    if path is None and any(each.resolve(name) for each in others):
        return None
    if path is not None and path.target.type == "complex":
        value = path.attribute.sub_attribute("value")
        path = AttributePath(path.extension, path.attribute, value) if value else None
    if path is None or path.target.returned == "never":
        raise InvalidValueError(f"{resource_type.name} cannot be sorted by {query.sort_by[:80]!r}.")
    return Sort(path, descending=order == "descending")


def list_response(
    resources: Sequence[object], *, total: int, page: Page | None = None
) -> dict[str, object]:
    """Return a ListResponse for a page by index, or for a whole list without ``page``."""
    return {
        "schemas": [urns.LIST_RESPONSE],
        "totalResults": total,
        "startIndex": page.start_index if page else 1,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def cursor_list_response(
    resources: Sequence[object],
    *,
    total: int | None = None,
    next_cursor: str | None = None,
    previous_cursor: str | None = None,
) -> dict[str, object]:
    """Return a ListResponse for a page by cursor; without ``nextCursor`` it is the last.

    ``totalResults`` is optional here (RFC 9865, Section 2), and ``startIndex`` has no meaning.
    """
    message: dict[str, Any] = {"schemas": [urns.LIST_RESPONSE]}
    if total is not None:
        message["totalResults"] = total
    message["itemsPerPage"] = len(resources)
    if next_cursor:
        message["nextCursor"] = next_cursor
    if previous_cursor:
        message["previousCursor"] = previous_cursor
    message["Resources"] = resources
    return message


def _text(named: Mapping[str, object], name: str) -> str:
    value = named.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValueError(f"{name} must be a string.")
    return value


def _lists(schemas: object, urn: str) -> bool:
    listed = schemas if isinstance(schemas, list) else [schemas]
    return any(isinstance(item, str) and item.lower() == urn.lower() for item in listed)
