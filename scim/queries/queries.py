"""What a list is asked for, with this server's page sizes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from scim.limits import DEFAULT_COUNT, MAX_RESULTS
from scim.protocol.messages import Query, read_query, read_search_request
from scim.protocol.projection import projection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType

_LISTS: Final = frozenset({"attributes", "excludedattributes"})


def url_parameters(query: QueryDict) -> dict[str, str]:
    """Return the parameters of a URL.

    Names of attributes may come in one parameter, separated by commas, or in several of the same
    name.  Of any other that is repeated the last counts.
    """
    return {
        name: ",".join(values) if name.lower() in _LISTS else values[-1]
        for name, values in query.lists()
    }


def list_query(query: QueryDict) -> Query:
    """Return the query in the parameters of a URL; see :func:`read_query` for refusals."""
    params = url_parameters(query)
    return _with_default_count(read_query(params, max_results=MAX_RESULTS), params)


def url_projection(resource_type: ResourceType, query: QueryDict) -> Projection:
    """Return which parts of a resource the parameters of a URL ask for."""
    named = {name.lower(): value for name, value in url_parameters(query).items()}
    return projection(
        resource_type, named.get("attributes", ""), named.get("excludedattributes", "")
    )


def search_query(body: object) -> Query:
    """Return the query in a SearchRequest; see :func:`read_search_request` for refusals."""
    query = read_search_request(body, max_results=MAX_RESULTS)
    return _with_default_count(query, body if isinstance(body, dict) else {})


def cursor_key() -> bytes:
    """Return the key that cursors are signed with."""
    return _derived_key(settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _derived_key(secret: str) -> bytes:
    return hashlib.sha256(b"scim cursors:" + secret.encode()).digest()


def _with_default_count(query: Query, params: Mapping[str, object]) -> Query:
    if any(name.lower() == "count" and value not in (None, "") for name, value in params.items()):
        return query
    return replace(query, page=replace(query.page, count=DEFAULT_COUNT))
