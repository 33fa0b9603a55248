"""Does a page of the log, or a search of it, cost more in a larger company with longer logs?"""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.load import LoadError
from benchmarks.log_population import REQUEST_ID, fill_for_log
from benchmarks.person_population import SOMEBODY
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
_SECTION: Final = "Log, one request at a time"
_MOST: Final = 2.0
_LOG: Final = "/console/log/"
_LIST: Final = "/console/accounts/user/"
ADDRESS: Final = "user777@acme.example"
PART: Final = "user77"
"""What more and more people are called, the larger the company is."""
NOBODY: Final = "search: nobody"
PAGES: Final = {
    "newest": "",
    "an older page": "before=<middle>",
    "kind: sign-ins": "kind=sign-ins",
    "kind: SCIM": "kind=scim",
    "kind: going out": "kind=out",
    "kind: changes": "kind=changes",
    "refused or failed": "outcome=failed",
    "waiting": "outcome=waiting",
    "last hour": "time=hour",
    "last 7 days": "time=week",
    "one day": "from=<day>&to=<day>",
    "one day, refused or failed": "from=<day>&to=<day>&outcome=failed",
    "search: a person": f"q={ADDRESS}",
    "search: a part of names": f"q={PART}",
    "search: a person by ID": "q=<person>",
    "search: a person on one day": f"q={ADDRESS}&from=<day>&to=<day>",
    "a person, from their page": "person=<person>",
    "search: a source, which did most": "q=SCIM:%20Okta",
    "search: a request": f"q={REQUEST_ID}",
    NOBODY: "q=nobody-is-called-so",
}
"""Addresses of the log, each with what is looked at."""


def results(deployment: Deployment, pace: Pace, sizes: tuple[int, ...]) -> Iterator[Result]:
    """Measure companies of each of ``sizes``, side by side."""
    with visited(deployment, "log", sizes, fill=fill_for_log, visitor=_Reader) as readers:
        for label, query in PAGES.items():
            sys.stderr.write(f"measuring: the log, {label}\n")
            for reader in readers.values():
                reader.see_entries(label)
            taken = {size: partial(reader.taken, query) for size, reader in readers.items()}
            yield from compared(_SECTION, label, taken, pace, most=_MOST)


class _Reader(Visitor):
    """An admin who reads the log."""

    def __init__(self, server: Server, password: str) -> None:
        super().__init__(server, password)
        self._values: dict[str, str] = {}

    @override
    def __enter__(self) -> _Reader:
        super().__enter__()
        found = self.client.get(_LIST, params={"q": SOMEBODY}).text
        person = re.search(rf"{_LIST}([0-9a-f-]{{36}})/change/", found)
        if person is None:
            raise LoadError("The user list was not shown to the admin of the benchmarks.")
        middle = int((time.time() - timedelta(hours=12).total_seconds()) * 1_000_000)
        self._values = {
            "person": person[1],
            "middle": f"{middle}.change.1",
            "day": (datetime.now(UTC) - timedelta(days=1)).date().isoformat(),
        }
        return self

    def see_entries(self, label: str) -> None:
        """Make sure that the page shows entries, if it is not the search for nobody.

        Raises:
            LoadError: It does not; what it takes would say nothing.
        """
        shows = 'class="gh-entry"' in self.client.get(self._address(PAGES[label])).text
        if shows is (label == NOBODY):
            raise LoadError(f"The log's page {label!r} shows {'' if shows else 'no '}entries.")

    def taken(self, query: str) -> float:
        """Return how many milliseconds a page of the log takes."""
        return self.milliseconds(self._address(query))

    def _address(self, query: str) -> str:
        for name, value in self._values.items():
            query = query.replace(f"<{name}>", value)
        return f"{_LOG}?{query}"
