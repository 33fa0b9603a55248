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
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|credential|authorization|"
    r"(?:api|private|access)[_-]?key|recovery[_-]?code|one[_-]?time|totp",
    re.IGNORECASE,
)
_NAMING: Final = frozenset({"path", "type", "name", "key"})
"""Members that say what the value beside them is."""


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


def is_secret(name: str) -> bool:
    """Whether what is called so is a secret, as its name says."""
    return bool(_SECRET_NAME.search(name))


def without_secret_values(value: Any) -> Any:
    """Return a JSON value without the members that are secrets, wherever they are.

    Of a member with a type or a name that says so, ``value`` is left out.

    >>> without_secret_values({"userName": "a", "password": "b"})
    {'userName': 'a'}
    >>> without_secret_values([{"type": "apiToken", "value": "b"}])
    [{'type': 'apiToken'}]
    """
    if isinstance(value, list | tuple):
        return [without_secret_values(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = [item for key, item in value.items() if key.lower() in _NAMING]
    hides_value = any(isinstance(each, str) and is_secret(each) for each in named)
    return {
        key: without_secret_values(item)
        for key, item in value.items()
        if not (is_secret(key) or (hides_value and key.lower() == "value"))
    }


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
    hides_value = isinstance(path, str) and is_secret(path)
    return {
        key: MASK if is_secret(key) or (hides_value and key.lower() == "value") else redacted(item)
        for key, item in value.items()
    }
