"""Does the page of one person cost more in a larger tenant with longer logs?"""

from __future__ import annotations

import re
import secrets
import sys
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from benchmarks.load import LoadError
from benchmarks.measuring import in_turn
from benchmarks.person_population import LOGGED_OF_EACH, SOMEBODY, fill_for_person
from benchmarks.report import Result
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
    """Measure tenants of each of ``sizes``, served side by side from databases of their own."""
    from accounts.secrets.passwords import hash_of  # noqa: PLC0415 - Django is set up by now

    password = secrets.token_urlsafe(24)
    with ExitStack() as stack:
        pages: dict[int, _Page] = {}
        for size in sizes:
            rows = size * LOGGED_OF_EACH
            sys.stderr.write(f"making {size:,} people and {rows:,} rows of logs\n")
            fill = partial(fill_for_person, users=size, password_hash=hash_of(password))
            server = stack.enter_context(deployment.served(f"person_{size}", fill))
            pages[size] = stack.enter_context(_Page(server, password))
        sys.stderr.write("measuring: the page of one person\n")
        yield from _compared(pages, pace)


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


def _compared(pages: dict[int, _Page], pace: Pace) -> Iterator[Result]:
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
