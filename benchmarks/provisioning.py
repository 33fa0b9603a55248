"""Outbound provisioning: how fast people are pushed, and what very many of them cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import (
    outbound_beside,
    outbound_growth,
    outbound_planning,
    outbound_speed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace
    from benchmarks.report import Result

NAMES: Final = ("pushing", "planning", "links", "beside")


def results(
    deployment: Deployment, pace: Pace, parts: frozenset[str], *, is_quick: bool
) -> Iterator[Result]:
    """Measure the ``parts`` that are named, of :data:`NAMES`."""
    if "pushing" in parts:
        yield from outbound_speed.results(deployment, pace)
    if "planning" in parts:
        sizes = outbound_planning.QUICK_SIZES if is_quick else outbound_planning.SIZES
        yield from outbound_planning.results(deployment, sizes)
    if "links" in parts:
        sizes = outbound_growth.QUICK_SIZES if is_quick else outbound_growth.SIZES
        yield from outbound_growth.results(deployment, pace, sizes)
    if "beside" in parts:
        yield from outbound_beside.results(deployment, pace)
