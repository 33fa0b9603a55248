"""What was said to a target and what it answered, for the log: never with a secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

MASK: Final = "…"
_SHOWN: Final = frozenset(
    {
        *("schemas", "id", "totalresults", "itemsperpage", "startindex", "active", "op", "path"),
        *("status", "scimtype", "detail", "resourcetype", "location", "type", "primary"),
    }
)
"""Names of members, in lower case, whose values tell nothing of a person."""
_SECRET: Final = ("password", "token", "secret")
_LONGEST: Final = 16_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; bodies are JSON, or a text that is cut."""

    method: str
    url: str
    request_body: Any
    status: int
    response_body: Any
    seconds: float


def without_secrets(exchange: Exchange) -> Exchange:
    """Return the exchange without what is secret, and of a size that can be kept."""
    return replace(
        exchange,
        request_body=_unsaid(exchange.request_body),
        response_body=_unsaid(exchange.response_body),
    )


def masked(exchange: Exchange) -> Exchange:
    """Return the exchange without secrets and without the values of people."""
    return replace(
        exchange,
        request_body=_masked(_unsaid(exchange.request_body)),
        response_body=_masked(_unsaid(exchange.response_body)),
    )


def _unsaid(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if any(each in name.lower() for each in _SECRET) else _unsaid(held)
            for name, held in value.items()
        }
    if isinstance(value, list):
        return [_unsaid(each) for each in value[:_LONGEST]]
    if isinstance(value, str):
        return value.replace("\0", "")[:_LONGEST]
    return value


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {each: _masked(held, each) for each, held in value.items()}
    if isinstance(value, list):
        return [_masked(each, name) for each in value]
    is_shown = name.lower() in _SHOWN or isinstance(value, bool) or value is None
    return value if is_shown else MASK
