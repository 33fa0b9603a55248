"""Bodies for the request log, without their secrets."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

from accounts.storable import storable_json

LONGEST_BODY: Final = 64 * 1024
"""Bytes of a body that is recorded; of a longer one only the length is."""

MASK: Final = "•••"
_SECRET_NAME: Final = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|credential|authorization|api_?key|private_?key",
    re.IGNORECASE,
)


def readable_body(body: bytes | None) -> str | None:
    """Return the JSON text that is recorded of a body, or ``None`` when there is nothing.

    Values of passwords, secrets and tokens are masked wherever they are, also those of a PATCH
    operation whose path leads to one.  A body that is no JSON is not recorded, for nobody could
    tell what is secret in it.
    """
    if not body:
        return None
    if len(body) > LONGEST_BODY:
        return json.dumps({"omitted": f"{len(body)} bytes"})
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.dumps({"omitted": f"{len(body)} bytes that are no JSON"})
    return storable_json(redacted(value))


def redacted(value: Any) -> Any:
    """Return a JSON value with the values of secrets masked.

    >>> redacted({"userName": "a", "password": "b"})
    {'userName': 'a', 'password': '•••'}
    """
    if isinstance(value, list):
        return [redacted(item) for item in value]
    if not isinstance(value, dict):
        return value
    path = next((item for key, item in value.items() if key.lower() == "path"), None)
    hides_value = isinstance(path, str) and bool(_SECRET_NAME.search(path))
    return {
        key: MASK
        if _SECRET_NAME.search(key) or (hides_value and key.lower() == "value")
        else redacted(item)
        for key, item in value.items()
    }
