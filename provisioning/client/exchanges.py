"""What was said to a target and what it answered, as a log may keep it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from scim.log.redaction import MASK, redacted

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_BODY: Final = 16 * 1024
"""Bytes of a body that is kept; of a longer one only the length is."""

_MOST_SHOWN: Final = 4 * LONGEST_BODY
"""Bytes of a body that may be short enough once it is masked."""
_QUOTED: Final = re.compile(r'%22[^&]*|"[^"]*"')
"""What a filter compares with, to its end: a value may have quotes within."""
_PLAIN: Final = frozenset(
    {"schemas", "id", "op", "path", "type", "status", "scimtype", "detail", "resourcetype"}
)
"""Members whose values name no person: how a message is made, and what went wrong with it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; headers, which hold the credential, are not in it.

    Attributes:
        url: With its query.
        request_body: JSON, or ``None``.
        status: 0 when no answer came.
        response_body: JSON, a text that is none, or ``None``.
        seconds: How long it took.
    """

    method: str
    url: str
    request_body: Any
    status: int
    response_body: Any
    seconds: float


def without_secrets(exchange: Exchange) -> Exchange:
    """Return the exchange as it may be kept sealed: no passwords, no tokens, no endless bodies."""
    return replace(
        exchange,
        request_body=_bounded(exchange.request_body, redacted),
        response_body=_bounded(exchange.response_body, redacted),
    )


def masked(exchange: Exchange) -> Exchange:
    """Return the exchange as anybody may see it who may see the log: personal values masked too.

    Names of attributes, numbers, ids and what the target says of an error stay.

    >>> shown = masked(Exchange("GET", "/Users", None, 200, {"id": "7", "userName": "a"}, 0.1))
    >>> shown.response_body
    {'id': '7', 'userName': '•••'}
    """
    return replace(
        exchange,
        url=_QUOTED.sub(f'"{MASK}"', exchange.url),
        request_body=_bounded(exchange.request_body, _masked),
        response_body=_bounded(exchange.response_body, _masked),
    )


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if isinstance(value, dict):
        return {
            name: _in_path(each) if name.lower() in _PLAIN else _masked(each)
            for name, each in value.items()
        }
    return MASK if isinstance(value, str) and value else value


def _in_path(value: Any) -> Any:
    """Mask what a filter within a path compares with; a type such as *work* names nobody."""
    return re.sub(r'(?<!type eq )"[^"]*"', f'"{MASK}"', value) if isinstance(value, str) else value


def _bounded(body: Any, shown_as: Callable[[Any], Any]) -> Any:
    """Return a body as it may be shown; no copy is made of one that is too long for that."""
    length = len(orjson.dumps(body))
    if length <= _MOST_SHOWN:
        shown = shown_as(body)
        if len(orjson.dumps(shown)) <= LONGEST_BODY:
            return shown
    return {"omitted": f"{length} bytes"}
