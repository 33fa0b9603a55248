"""Opaque, time-ordered identifiers."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562, Section 5.7): sorted by creation, unguessable.

    The 12 bits after the milliseconds hold the fraction of the millisecond (method 3 of
    Section 6.2), so the ids that one process makes in a row ascend.
    """
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = (rest << 12) // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(
        int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | tail
    )
