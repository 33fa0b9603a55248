"""What a list is asked for, with this server's page sizes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from scim.limits import DEFAULT_COUNT, MAX_RESULTS
from scim.protocol.messages import Query, read_query, read_search_request

if TYPE_CHECKING:
    from collections.abc import Mapping


def list_query(params: Mapping[str, object]) -> Query:
    """Return the query in the parameters of a URL; see :func:`read_query` for refusals."""
    return _with_default_count(read_query(params, max_results=MAX_RESULTS), params)


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
