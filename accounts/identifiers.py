"""Opaque, time-ordered identifiers."""

from __future__ import annotations

import os
import time
import uuid
from typing import Final

_LONGEST_NUMBER: Final = 18
"""Digits of a number that the database takes as a key."""


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


def uuid7_texts(count: int) -> list[str]:
    """Return ``count`` UUIDs version 7 as text, ascending, for what is made as a set.

    They share a millisecond; the twelve bits after it count on from its fraction, and what
    overflows is carried into the milliseconds (Section 6.2, method 3).
    """
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    first = (milliseconds << 12) | (rest << 12) // 1_000_000
    tails = os.urandom(8 * count).hex()
    return [_text(first + number, tails[16 * number : 16 * number + 16]) for number in range(count)]


def read_uuid(text: str) -> uuid.UUID | None:
    """Return the UUID that an id spells the way ids are spelt here, or ``None``."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None


def read_number(text: str) -> int | None:
    """Return the number above zero that ``text`` is, if a row can have it as its key, or ``None``.

    Python refuses to read thousands of digits with an error of its own.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        return None
    return int(text) or None


def is_canonical_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID spelt to the letter as the ids of resources are."""
    value = read_uuid(text)
    return value is not None and str(value) == text


def uuid_of(own_id: str) -> uuid.UUID:
    """Return the UUID of an id that comes from here, such as from a row that was read as text.

    Raises:
        ValueError: It is none.
    """
    return uuid.UUID(own_id)


def _text(moment: int, tail: str) -> str:
    """Return the UUID of 60 bits of time and sixteen hexadecimal digits, two bits of them set."""
    time_digits = f"{moment:015x}"
    variant = "89ab"[int(tail[0], 16) & 3]
    return (
        f"{time_digits[:8]}-{time_digits[8:12]}-7{time_digits[12:]}-{variant}{tail[1:4]}-{tail[4:]}"
    )
