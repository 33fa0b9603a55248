"""Two resources that say the same have one canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def canonical(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource with sorted members and values and without what has none.

    ``id``, ``meta``, ``schemas`` and ``groups`` are left out; ``active`` and ``primary`` are
    booleans however they were spelled.
    """
    raise NotImplementedError


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return (before, after) of each path at which two maps of path to value do not say the same.

    No value is ``None``.
    """
    raise NotImplementedError


def digest(value: object) -> str:
    """Return a digest of JSON: equal for equal values, in any process."""
    raise NotImplementedError
