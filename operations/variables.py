"""Reading environment variables: as text, numbers, words, and what is said of one that is wrong."""

from __future__ import annotations

import os


class UnusableVariableError(ValueError):
    """A variable has a value that cannot be used; the message names it and an accepted form."""


def text(name: str, default: str = "") -> str:
    """Return what is in a variable, without spaces around it, or ``default`` for nothing."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return the whole number in a variable.

    Raises:
        UnusableVariableError: It holds something else, less than ``least`` or more than ``most``.
    """
    raw = text(name)
    if not raw:
        return default
    # More digits than any of the numbers has need not be read.
    is_number = raw.isdecimal() and raw.isascii() and len(raw) <= len(str(most))
    if not is_number or not least <= int(raw) <= most:
        raise UnusableVariableError(
            f"{name} must be a whole number from {least} to {most}, such as {default}, not {raw!r}."
        )
    return int(raw)


def boolean(name: str) -> bool:
    """Return whether a variable switches something on.

    Raises:
        UnusableVariableError: It is neither 1 nor 0.
    """
    raw = text(name, "0").lower()
    if raw not in {"0", "1", "true", "false"}:
        raise UnusableVariableError(f"{name} must be 1 or 0, not {raw!r}.")
    return raw in {"1", "true"}


def words(name: str) -> list[str]:
    """Return the words in a variable, between spaces or commas."""
    return [word for word in text(name).replace(",", " ").split() if word]
