"""Digests of secrets that are random enough to need no salt and no slow hash."""

from __future__ import annotations

import hashlib


def digest_of(secret: str) -> str:
    """Return what is stored of ``secret``: 64 hexadecimal digits of its SHA-256.

    What clients send may hold half characters, which no stored secret does.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
