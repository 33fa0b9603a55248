"""What a server says back of the credential that it was sent: nobody is shown that."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

import orjson

from scim.log.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Collection

_SHORTEST: Final = 8
"""Characters from which on a secret is looked for: a shorter one is part of other words."""


def without_echoes(body: bytes, secrets: Collection[str]) -> bytes:
    r"""Return a body with each of the secrets masked, as text, JSON, pages and addresses write it.

    >>> without_echoes(b'{"detail": "Bearer s3cret-of-us?"}', ["s3cret-of-us"]).decode()
    '{"detail": "Bearer •••?"}'
    """
    for secret in secrets:
        if len(secret) < _SHORTEST:
            continue
        for spelled in _spellings(secret):
            if spelled in body:
                body = body.replace(spelled, MASK.encode())
    return body


def without_echoes_in(value: Any, secrets: Collection[str]) -> Any:
    """Return JSON that was read with each of the secrets masked, however it had been spelled.

    >>> without_echoes_in({"detail": ["s3cret-of-us?"]}, ["s3cret-of-us"])
    {'detail': ['•••?']}
    """
    if isinstance(value, str):
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                value = value.replace(secret, MASK)
        return value
    if isinstance(value, list):
        return [without_echoes_in(each, secrets) for each in value]
    if isinstance(value, dict):
        return {
            without_echoes_in(name, secrets): without_echoes_in(each, secrets)
            for name, each in value.items()
        }
    return value


def _spellings(secret: str) -> set[bytes]:
    in_json = orjson.dumps(secret)[1:-1]
    texts = (secret, escape(secret), quote(secret), quote(secret, safe=""), quote_plus(secret))
    return {*(text.encode() for text in texts), in_json, in_json.replace(b"/", rb"\/")}
