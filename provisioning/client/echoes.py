"""What a server says back of the credential that it was sent: nobody is shown that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from scim.log.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Collection

_SHORTEST: Final = 8
"""Characters from which on a secret is looked for: a shorter one is part of other words."""


def without_echoes(body: bytes, secrets: Collection[str]) -> bytes:
    r"""Return a body with each of the secrets masked, as text or as JSON writes it.

    >>> without_echoes(b'{"detail": "Bearer s3cret-of-us?"}', ["s3cret-of-us"]).decode()
    '{"detail": "Bearer •••?"}'
    """
    for secret in secrets:
        if len(secret) < _SHORTEST:
            continue
        in_json = orjson.dumps(secret)[1:-1]
        for spelled in {secret.encode(), in_json, in_json.replace(b"/", rb"\/")}:
            if spelled in body:
                body = body.replace(spelled, MASK.encode())
    return body
