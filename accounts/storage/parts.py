"""A part of a statement, which a room gives to one of a layer above that writes the whole."""

from __future__ import annotations

from typing import Any, NamedTuple


class Part(NamedTuple):
    """Constant SQL, and what its places stand for, in their order."""

    sql: str
    params: tuple[Any, ...]
