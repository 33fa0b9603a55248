"""Companies of several sizes, side by side: is what an admin does slower in a larger one?"""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Protocol, TypeVar

from benchmarks.measuring import in_turn
from benchmarks.report import Result
from benchmarks.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace
    from benchmarks.server import Server

_VisitorT = TypeVar("_VisitorT", bound=Visitor)


class Fill(Protocol):
    """Fills a database with so many people, and an admin with a password of this hash."""

    def __call__(self, database: Database, *, users: int, password_hash: str) -> None:
        """Do it."""


@contextmanager
def visited(
    deployment: Deployment,
    name: str,
    sizes: Sequence[int],
    *,
    fill: Fill,
    visitor: Callable[[Server, str], _VisitorT],
) -> Iterator[dict[int, _VisitorT]]:
    """Serve a company of each of ``sizes`` from a database of its own; yield an admin at each."""
    from accounts.secrets.passwords import hash_of  # noqa: PLC0415 - Django is set up by now

    password = secrets.token_urlsafe(24)
    with ExitStack() as stack:
        visitors: dict[int, _VisitorT] = {}
        for size in sizes:
            sys.stderr.write(f"making a company of {size:,} people\n")
            filled = partial(fill, users=size, password_hash=hash_of(password))
            server = stack.enter_context(deployment.served(f"{name}_{size}", filled))
            visitors[size] = visitor(server, password)
            stack.enter_context(visitors[size])
        yield visitors


def compared(
    section: str,
    label: str,
    taken: Mapping[int, Callable[[], float]],
    pace: Pace,
    *,
    most: float | None,
) -> Iterator[Result]:
    """Measure by size what takes so many milliseconds, in turn; the ratio is aimed at ``most``.

    Each is done once before.
    """
    times: dict[int, list[float]] = {size: [] for size in taken}
    for take in taken.values():
        take()
    for number in range(pace.rounds):
        for size in in_turn(list(taken), number):
            times[size].append(taken[size]())
    small, large = min(times), max(times)
    for size in (small, large):
        yield Result(section, label, f"p50 at {size:,}", median(times[size]), "ms")
    ratios = [b / a for a, b in zip(times[small], times[large], strict=True)]
    yield Result(section, label, f"ratio, {large:,} to {small:,}", median(ratios), at_most=most)
