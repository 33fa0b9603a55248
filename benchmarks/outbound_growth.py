"""Do pages about an application, or the push of one person, take longer with a million links?"""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.at_target import target
from benchmarks.outbound import said
from benchmarks.outbound_population import fill_for_pushing, link_everybody, note_run
from benchmarks.people_population import set_password
from benchmarks.population import BIG_GROUP
from benchmarks.report import Result
from benchmarks.sizes import compared
from benchmarks.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace

SIZES: Final = (1_000, 1_000_000)
QUICK_SIZES: Final = (1_000, 20_000)
_SECTION: Final = "Provisioning, by how many people are linked"
_MOST: Final = 2.0
_PAGES: Final = {
    "first page of the provisioning log": "/console/provisioning/operation/",
    "list of applications": "/console/provisioning/application/",
    "page of an application, with its tiles": "/console/provisioning/application/<key>/change/",
}


def results(deployment: Deployment, pace: Pace, sizes: tuple[int, ...]) -> Iterator[Result]:
    """Measure tenants of each of ``sizes``, served side by side from databases of their own."""
    from accounts.secrets.passwords import hash_of  # noqa: PLC0415 - Django is set up by now

    password = secrets.token_urlsafe(24)
    keys: dict[int, Any] = {}
    databases: dict[int, Database] = {}

    def fill(database: Database, *, size: int) -> None:
        fill_for_pushing(database, people=size)
        keys[size] = said(database, "connect", there.url, BIG_GROUP)["application"]
        link_everybody(database, people=size, with_log=True)
        note_run(database, people=size)
        set_password(database, hash_of(password))
        databases[size] = database

    with ExitStack() as stack:
        there = stack.enter_context(target())
        visitors = {}
        for size in sizes:
            sys.stderr.write(f"making {size:,} people at an application, and its log\n")
            server = stack.enter_context(
                deployment.served(f"links_{size}", partial(fill, size=size))
            )
            visitors[size] = stack.enter_context(Visitor(server, password))
        for label, path in _PAGES.items():
            sys.stderr.write(f"measuring: {label}\n")
            taken = {
                size: partial(visitor.milliseconds, path.replace("<key>", str(keys[size])))
                for size, visitor in visitors.items()
            }
            yield from compared(_SECTION, label, taken, pace, most=_MOST)
        sys.stderr.write("measuring: the push of one person\n")
        pushes: dict[int, list[float]] = {size: [] for size in sizes}
        for _time in range(3):
            for size, database in databases.items():
                there.begin()
                pushes[size].append(said(database, "push")["milliseconds"])
        yield from _compared("one person changed and pushed", pushes)


def _compared(label: str, taken: dict[int, list[float]]) -> Iterator[Result]:
    for size, milliseconds in taken.items():
        yield Result(_SECTION, label, f"p50 at {size:,}", median(milliseconds), "ms")
    small, large = min(taken), max(taken)
    ratio = median(b / a for a, b in zip(taken[small], taken[large], strict=True))
    what = f"ratio, {large:,} to {small:,}"
    yield Result(_SECTION, label, what, ratio, at_most=_MOST)
