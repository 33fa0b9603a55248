"""JSON that somebody else has written: as deep, and with such texts, as can be kept."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

from accounts.storable import storable_json

_DEEPEST: Final = 50
"""Levels of lists and objects: SCIM has six; what writes JSON and Python have ends, too."""


_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Which some write before JSON, and who reads it may ignore (RFC 8259, Section 8.1)."""
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""Half of a surrogate pair, as it is left where a text was cut within a character."""


def json_of(body: bytes) -> Any:
    """Return a body as JSON; ``None`` when it is empty, none, or too deep to be meant.

    What no table keeps of it is replaced.

    >>> json_of(b'{"id": "7"}')
    {'id': '7'}
    >>> json_of(b"[" * 60 + b"]" * 60) is None
    True
    >>> json_of(b'["\\\\ud83d"]')
    ['�']
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _with_halves(body) if _HALF.search(body) else None
    if not _is_shallow(value):
        return None
    # A NUL comes as this escape only; few answers have any.
    return orjson.loads(storable_json(value)) if b"\\u0000" in body else value


def _with_halves(body: bytes) -> Any:
    """Return JSON in which a text was cut, or ``None``."""
    try:
        value = json.loads(body)
        return orjson.loads(storable_json(value)) if _is_shallow(value) else None
    except (ValueError, RecursionError, orjson.JSONEncodeError):
        return None


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
