"""Do the dashboards cost more for a larger company with longer logs?"""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.dashboard_population import fill_for_dashboard
from benchmarks.load import LoadError
from benchmarks.measuring import in_turn
from benchmarks.person_population import LOGGED_OF_EACH
from benchmarks.report import Result
from benchmarks.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace

SIZES: Final = (1_000, 100_000)
QUICK_SIZES: Final = (1_000, 4_000)
_SECTION: Final = "Dashboard, one request at a time"
_MOST: Final = 2.0
_ADDRESS: Final = "/console/"
_CHART: Final = 'aria-labelledby="sign-ins"'


def results(deployment: Deployment, pace: Pace, sizes: tuple[int, ...]) -> Iterator[Result]:
    """Measure companies of each of ``sizes``, served side by side from databases of their own."""
    from accounts.secrets.passwords import hash_of  # noqa: PLC0415 - Django is set up by now

    password = secrets.token_urlsafe(24)
    with ExitStack() as stack:
        pages: dict[int, _Dashboard] = {}
        for size in sizes:
            rows = size * LOGGED_OF_EACH
            sys.stderr.write(f"making {size:,} people and {rows:,} rows of logs\n")
            fill = partial(fill_for_dashboard, users=size, password_hash=hash_of(password))
            server = stack.enter_context(deployment.served(f"dashboard_{size}", fill))
            pages[size] = stack.enter_context(_Dashboard(server, password))
        sys.stderr.write("measuring: the dashboard\n")
        yield from _compared(pages, pace)


class _Dashboard(Visitor):
    """The first page of the console, as an admin asks for it."""

    @override
    def __enter__(self) -> _Dashboard:
        super().__enter__()
        if _CHART not in self.client.get(_ADDRESS).text:
            raise LoadError("The dashboard shows no sign-ins.")
        return self

    def taken(self) -> float:
        """Return how many milliseconds the page takes."""
        return self.milliseconds(_ADDRESS)


def _compared(pages: dict[int, _Dashboard], pace: Pace) -> Iterator[Result]:
    taken: dict[int, list[float]] = {size: [] for size in pages}
    for page in pages.values():
        page.taken()
    for number in range(pace.rounds):
        for size in in_turn(list(pages), number):
            taken[size].append(pages[size].taken())
    small, large = min(pages), max(pages)
    label = "the page"
    for size in (small, large):
        yield Result(_SECTION, label, f"p50 at {size:,}", median(taken[size]), "ms")
    ratios = [b / a for a, b in zip(taken[small], taken[large], strict=True)]
    what = f"ratio, {large:,} to {small:,}"
    yield Result(_SECTION, label, what, median(ratios), at_most=_MOST)
