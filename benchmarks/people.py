"""Does a page of the user list, or its CSV file, cost more in a larger tenant?"""

from __future__ import annotations

import re
import sys
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.load import LoadError
from benchmarks.people_population import GROUP, PROFILE, fill_for_people
from benchmarks.report import Result
from benchmarks.sizes import compared, visited
from benchmarks.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace
    from benchmarks.server import Server

SIZES: Final = (1_000, 100_000)
QUICK_SIZES: Final = (1_000, 20_000)
_SECTION: Final = "User list, one request at a time"
_MOST: Final = 2.0
_MOST_PER_ROW: Final = 1.2
_MOST_MEMORY: Final = 1.1
_LIST: Final = "/console/accounts/user/"
_PER_PAGE: Final = 50
_LAST: Final = 200
"""The last page that is offered of a list that is longer."""
_NOBODY: Final = "three filters that leave nobody"
"""Without an aim: a page without rows costs so little that reading everybody once shows."""
PAGES: Final = {
    "everybody": "",
    "search: a name without its accents": "q=muller",
    "search: two words": "q=jurgen+muller",
    "search: two letters": "q=ju",
    "search: what everybody has": "q=given",
    "search: an external ID": "q=ext777",
    "search: nobody": "q=nobody-is-called-so",
    "status": "status=inactive",
    "status, what most are": "status=active",
    "role": "role=connectorAdmin",
    "source": "source=hand",
    "licence": "licence=2",
    "licence, what most hold": "licence=1",
    "licence: none": "licence=none",
    "access profile": "profile=<profile>",
    "directory group": f"group={GROUP}",
    "never signed in": "never=yes",
    "idle for 90 days": "idle=90",
    "mail domain": "domain=customs.acme.example",
    "three filters and a search": "status=inactive&role=member&licence=1&q=family",
    _NOBODY: "status=inactive&licence=none&never=yes",
    "choices: status": "choose=status",
    "choices: role": "choose=role",
    "choices: source": "choose=source",
    "choices: licence": "choose=licence",
    "choices: access profile": "choose=profile",
    "choices: directory group": "choose=group",
    "choices: never signed in": "choose=never",
    "choices: idle": "choose=idle",
    "choices: mail domain": "choose=domain",
    "choices of a filtered list": "status=inactive&choose=role",
    "last page that is offered": "p=<last>",
    "sorted by the last sign-in": "o=-6",
}
"""Addresses of the list, each with what is looked at."""


def results(deployment: Deployment, pace: Pace, sizes: tuple[int, ...]) -> Iterator[Result]:
    """Measure companies of each of ``sizes``, side by side."""
    with visited(deployment, "people", sizes, fill=fill_for_people, visitor=_Visitor) as visitors:
        for size, visitor in visitors.items():
            visitor.last = str(min(size // _PER_PAGE, _LAST))
        for label, query in PAGES.items():
            sys.stderr.write(f"measuring: {label}\n")
            taken = {size: partial(each.taken, query) for size, each in visitors.items()}
            most = None if label == _NOBODY else _MOST
            yield from compared(_SECTION, label, taken, pace, most=most)
        sys.stderr.write("measuring: CSV\n")
        yield from _csv(visitors)


class _Visitor(Visitor):
    """An admin's browser at the list of people."""

    def __init__(self, server: Server, password: str) -> None:
        super().__init__(server, password)
        self._server = server
        self.last = ""
        self.profile = ""

    @override
    def __enter__(self) -> _Visitor:
        super().__enter__()
        choices = self.client.get(_LIST, params={"choose": "profile"}).text
        found = re.search(rf"[?;]profile=([0-9]+)[^>]*><bdi>{PROFILE}<", choices)
        if found is None:
            raise LoadError("The user list was not shown to the admin of the benchmarks.")
        self.profile = found[1]
        return self

    def taken(self, query: str) -> float:
        """Return how many milliseconds the list takes with these parameters."""
        query = query.replace("<profile>", self.profile).replace("<last>", self.last)
        return self.milliseconds(f"{_LIST}?{query}")

    def download(self) -> tuple[float, int, list[int]]:
        """Return seconds and rows of the CSV file, and the workers' memory meanwhile, in kB."""
        begun, rows, memory = time.perf_counter(), 0, []
        with self.client.stream("GET", f"{_LIST}export/") as answer:
            for place, part in enumerate(answer.iter_bytes()):
                rows += part.count(b"\n")
                if place % 50 == 0:
                    memory.append(sum(self._server.memory()))
        return time.perf_counter() - begun, rows, memory


def _csv(visitors: dict[int, _Visitor]) -> Iterator[Result]:
    small, large = min(visitors), max(visitors)
    times = max(1, large // small // 10)
    parts = [visitors[small].download() for _ in range(times)]
    visitors[large].download()  # Once before, so that every worker has grown to its working size.
    seconds, rows, memory = visitors[large].download()
    per_row = {
        small: median(taken / count for taken, count, _memory in parts),
        large: seconds / rows,
    }
    for size, each in per_row.items():
        yield Result(_SECTION, "CSV", f"a row at {size:,}", each * 1_000_000, "µs")
    ratio = per_row[large] / per_row[small]
    what = f"time of a row, {large:,} to {small:,}"
    yield Result(_SECTION, "CSV", what, ratio, at_most=_MOST_PER_ROW)
    grown = max(memory) / memory[0]
    what = "memory of the workers, most to the beginning"
    yield Result(_SECTION, "CSV", what, grown, at_most=_MOST_MEMORY)
