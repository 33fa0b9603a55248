"""Do the dashboards cost more for a larger company with longer logs?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.dashboard_population import fill_for_dashboard
from benchmarks.load import LoadError
from benchmarks.report import Result
from benchmarks.sizes import compared, visited
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
    """Measure companies of each of ``sizes``, side by side."""
    with visited(
        deployment, "dashboard", sizes, fill=fill_for_dashboard, visitor=_Dashboard
    ) as pages:
        sys.stderr.write("measuring: the dashboard\n")
        taken = {size: page.taken for size, page in pages.items()}
        yield from compared(_SECTION, "the page", taken, pace, most=_MOST)


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
