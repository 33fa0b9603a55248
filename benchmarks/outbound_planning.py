"""What does it take to plan for very many people who are all in step?"""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.at_target import target
from benchmarks.load import LoadError
from benchmarks.outbound import said
from benchmarks.outbound_population import fill_for_pushing, link_everybody
from benchmarks.population import BIG_GROUP
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.deployment import Deployment

SIZES: Final = (10_000, 100_000)
QUICK_SIZES: Final = (1_000, 10_000)
_TIMES: Final = 3
_SECTION: Final = "Provisioning, a plan for people who are all in step"
_MOST_MEMORY: Final = 1.25


def results(
    deployment: Deployment, sizes: tuple[int, ...], *, times: int = _TIMES
) -> Iterator[Result]:
    """Plan for tenants of each of ``sizes``, in turn; each time in a process of its own."""
    told: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    with target() as there:
        databases = {}
        for size in sizes:
            sys.stderr.write(f"making {size:,} people at an application\n")
            databases[size] = deployment.databases.make(f"plan_{size}", deployment.template)
            fill_for_pushing(databases[size], people=size)
            said(databases[size], "connect", there.url, BIG_GROUP)
            link_everybody(databases[size], people=size, with_log=False)
        sys.stderr.write("measuring: a plan of everybody\n")
        for _time in range(times):
            for size, database in databases.items():
                there.begin(listed=size)
                told[size].append(said(database, "plan"))
    for size, plans in told.items():
        # Their group is one more.
        if plans[-1]["counts"].get("nothing") != size + 1 or plans[-1]["why"]:
            raise LoadError(f"The plan of {size} people came to {plans[-1]}.")
        label = f"{size:,} people"
        yield Result(_SECTION, label, "to be sent", plans[-1]["operations"], at_most=0)
        for what, name, factor, unit in (
            ("time of a person", "seconds", 1_000_000 / size, "µs"),
            ("processor time of a person", "processor", 1_000_000 / size, "µs"),
            ("most memory of the process", "peak", 1 / 1024, "MB"),
        ):
            value = median(each[name] for each in plans) * factor
            yield Result(_SECTION, label, what, value, unit)
    small, large = min(sizes), max(sizes)
    for what, name, factor, most in (
        ("time of a person", "seconds", small / large, None),
        ("most memory of the process", "peak", 1.0, _MOST_MEMORY),
    ):
        ratios = [b[name] / a[name] for a, b in zip(told[small], told[large], strict=True)]
        told_of = f"{what}, {large:,} to {small:,}"
        yield Result(_SECTION, "ratios", told_of, median(ratios) * factor, at_most=most)
