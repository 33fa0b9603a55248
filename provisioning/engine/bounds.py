"""How much is kept of a resource that a target shows: a target may show megabytes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES: Final = 32 * 1024
"""Bytes of a resource that are kept of what a target shows: of its smallest attributes first."""


def bounded(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource as it is kept: without its largest attributes, if it is too large.

    >>> bounded({"userName": "ann", "photos": ["x" * 100_000]})
    {'userName': 'ann'}
    """
    sizes = {name: len(orjson.dumps({name: value})) for name, value in resource.items()}
    left, kept = MOST_BYTES, set[str]()
    for name in sorted(sizes, key=lambda name: (name != "id", sizes[name])):
        left -= sizes[name]
        if left >= 0:
            kept.add(name)
    return {name: value for name, value in resource.items() if name in kept}
