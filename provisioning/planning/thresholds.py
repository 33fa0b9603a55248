"""When removals wait for an admin."""

from __future__ import annotations


def must_hold(*, removals: int, population: int, number: int | None, percent: int | None) -> bool:
    """Whether so many removals of one run or hour all wait until an admin allows them.

    ``population`` is who is linked now; ``number`` and ``percent`` are limits that may be reached
    and not passed.  Without either nothing waits.
    """
    if number is not None and removals > number:
        return True
    return percent is not None and removals > 0 and removals * 100 > percent * population
