"""Cursors of cursor-based paging (RFC 9865): signed, bound to their query, and expiring.

A cursor carries the place in the order where the next page starts (the sort values of the last
resource), not a number of resources to skip, so inserts and deletes neither lose nor repeat
anybody.  It names its *scope*, a digest of tenant, resource type, filter and order, and is
refused anywhere else.  An empty ``cursor`` parameter asks for the first page.

>>> cursor = Cursor(position=["2024-01-01T00:00:00Z", "id-7"], backward=False)
>>> scope = cursor_scope("acme", "User", "active eq true", "")
>>> text = encode_cursor(cursor, key=b"secret", scope=scope, now=1_000.0)
>>> decode_cursor(text, key=b"secret", scope=scope, now=1_010.0) == cursor
True
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import (
    ExpiredCursorError,
    InvalidCountError,
    InvalidCursorError,
    InvalidValueError,
)
from scim.protocol.paging import MAX_RESULTS, read_integer

if TYPE_CHECKING:
    from collections.abc import Mapping

CURSOR_TIMEOUT: Final = 3_600
"""Seconds that a cursor lives; ``cursorTimeout`` of the ServiceProviderConfig."""

_MAX_LENGTH: Final = 4_096
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an ordered result: the sort values of the resource next to it.

    ``position`` holds strings, numbers, booleans and ``None``.  A page after the place is asked
    for unless ``backward``, which asks for the page before it.
    """

    position: list[str | int | float | bool | None]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page asked for with ``cursor``; ``cursor`` is empty for the first one."""

    cursor: str
    count: int

    @classmethod
    def from_query(
        cls, params: Mapping[str, object], *, max_results: int = MAX_RESULTS
    ) -> CursorPage | None:
        """Read ``cursor`` and ``count``; ``None`` when the query has no ``cursor``.

        ``count`` is clamped to 0 and ``max_results``, as with ``startIndex``.

        Raises:
            InvalidCountError: ``count`` is not a whole number.
            InvalidCursorError: ``cursor`` is not a string.
        """
        cursor = params.get("cursor")
        if cursor is None:
            return None
        if not isinstance(cursor, str):
            raise InvalidCursorError("cursor must be a string; leave it empty for the first page.")
        try:
            count = read_integer(params.get("count"), "count")
        except InvalidValueError as error:
            raise InvalidCountError(error.detail) from None
        return cls(cursor, max_results if count is None else min(max_results, max(0, count)))


def cursor_scope(*parts: str) -> bytes:
    """Return a digest of what a cursor is bound to: tenant, resource type, filter, order."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.digest()[:_DIGEST_BYTES]


def encode_cursor(cursor: Cursor, *, key: bytes, scope: bytes, now: float) -> str:
    """Return the cursor as text of URL-safe characters only (RFC 9865, Section 2).

    ``now`` is in seconds since 1970; the cursor's age is counted from it.
    """
    body = json.dumps(
        [int(now), int(cursor.backward), cursor.position], separators=(",", ":")
    ).encode()
    return base64.urlsafe_b64encode(_sign(body, key, scope) + body).rstrip(b"=").decode()


def decode_cursor(
    text: str, *, key: bytes, scope: bytes, now: float, timeout: float = CURSOR_TIMEOUT
) -> Cursor:
    """Return the cursor that :func:`encode_cursor` made.

    Raises:
        InvalidCursorError: It was not made with this key, or for another scope.
        ExpiredCursorError: It is older than ``timeout`` seconds.
    """
    body = _verified(text, key, scope)
    made_at, backward, position = body
    if now - made_at > timeout:
        raise ExpiredCursorError(
            f"The cursor is older than {timeout:g} seconds. Start again with an empty cursor."
        )
    return Cursor(position, bool(backward))


def _verified(text: str, key: bytes, scope: bytes) -> Any:
    raw = _raw(text)
    signature, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if not body or not hmac.compare_digest(signature, _sign(body, key, scope)):
        raise InvalidCursorError(
            "The cursor was not made for this query. Use nextCursor of a response with the same "
            "filter and order, or an empty cursor for the first page."
        )
    return json.loads(body)


def _raw(text: str) -> bytes:
    if len(text) > _MAX_LENGTH or not text.isascii():
        return b""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Base64 can spell the same bytes in several ways; only ours is a cursor.
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text else b""


def _sign(body: bytes, key: bytes, scope: bytes) -> bytes:
    return hmac.digest(key, scope + body, "sha256")[:_DIGEST_BYTES]
