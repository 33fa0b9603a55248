"""Does the page of one person cost more in a larger tenant with longer logs?"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.load import LoadError
from benchmarks.person_population import SOMEBODY, fill_for_person
from benchmarks.report import Result
from benchmarks.sizes import compared, visited
from benchmarks.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace
    from benchmarks.server import Server

SIZES: Final = (1_000, 100_000)
QUICK_SIZES: Final = (1_000, 4_000)
_SECTION: Final = "Page of one person, one request at a time"
_MOST: Final = 2.0

_LIST: Final = "/console/accounts/user/"


def results(deployment: Deployment, pace: Pace, sizes: tuple[int, ...]) -> Iterator[Result]:
    """Measure companies of each of ``sizes``, side by side."""
    with visited(deployment, "person", sizes, fill=fill_for_person, visitor=_Page) as pages:
        sys.stderr.write("measuring: the page of one person\n")
        taken = {size: page.taken for size, page in pages.items()}
        yield from compared(_SECTION, "the page", taken, pace, most=_MOST)


class _Page(Visitor):
    """The page of somebody who is in the middle of the tenant, as an admin asks for it."""

    def __init__(self, server: Server, password: str) -> None:
        super().__init__(server, password)
        self._address = ""

    @override
    def __enter__(self) -> _Page:
        super().__enter__()
        found = self.client.get(_LIST, params={"q": SOMEBODY}).text
        address = re.search(rf"{_LIST}[0-9a-f-]{{36}}/change/", found)
        if address is None:
            raise LoadError("The user list was not shown to the admin of the benchmarks.")
        self._address = address[0]
        if 'id="person-history"' not in self.client.get(self._address).text:
            raise LoadError("The page of a person has no history.")
        return self

    def taken(self) -> float:
        """Return how many milliseconds the page takes."""
        return self.milliseconds(self._address)
