"""JSON that somebody else has written: as deep, and with such texts, as can be kept."""

from __future__ import annotations

from typing import Any, Final

import orjson

from accounts.storable import storable_json

_DEEPEST: Final = 50
"""Levels of lists and objects: SCIM has six; what writes JSON and Python have ends, too."""


def json_of(body: bytes) -> Any:
    """Return a body as JSON; ``None`` when it is empty, none, or too deep to be meant.

    >>> json_of(b'{"id": "7"}')
    {'id': '7'}
    >>> json_of(b"[" * 60 + b"]" * 60) is None
    True
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not _is_shallow(value):
        return None
    # A NUL comes as this escape only; few answers have any.
    return orjson.loads(storable_json(value)) if b"\\u0000" in body else value


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _depth in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return True
    return False
