"""The operations of SCIM, side by side with the floor and with django-scim2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from benchmarks.measuring import measure
from benchmarks.operations import OURS, scim_operations
from benchmarks.population import fill_for_operations
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace, Series
    from benchmarks.operations import Operation

USERS: Final = 5_000
NAMES: Final = tuple(operation.name for operation in scim_operations(""))
_SECTION: Final = f"SCIM, {USERS:,} users"
_NAMES: Final = {
    "ours": "Gatehouse",
    "floor": "floor",
    "peer": "django-scim2",
    "single": "single creates",
}


def results(deployment: Deployment, pace: Pace, chosen: Collection[str] | None) -> Iterator[Result]:
    """Measure the ``chosen`` operations, or all of them, one after the other."""

    def fill(database: Database) -> None:
        fill_for_operations(database, users=USERS, token_digest=deployment.tenant.digest)

    operations = [
        operation
        for operation in scim_operations(deployment.tenant.token)
        if chosen is None or operation.name in chosen
    ]
    with deployment.served("operations", fill) as server:
        for operation in operations:
            sys.stderr.write(f"measuring: {operation.label}\n")
            yield from _judged(operation, measure(server, operation, users=USERS, pace=pace))


def _judged(operation: Operation, series: dict[str, Series]) -> list[Result]:
    label = operation.label
    rows = []
    for name, one in series.items():
        rows.append(Result(_SECTION, label, f"{_NAMES[name]}, per second", one.per_second))
        rows.append(Result(_SECTION, label, f"{_NAMES[name]}, p50", one.p50, "ms"))
        rows.append(Result(_SECTION, label, f"{_NAMES[name]}, p99", one.p99, "ms"))
        rows.append(Result(_SECTION, label, f"{_NAMES[name]}, processor time", one.cost, "ms"))
    for name in series.keys() - {OURS}:
        ratio = series[OURS].ratio_to(series[name])
        aim = operation.aims.get(name)
        rows.append(Result(_SECTION, label, f"ratio to {_NAMES[name]}", ratio, at_least=aim))
        cost = series[OURS].cost_ratio_to(series[name])
        rows.append(Result(_SECTION, label, f"processor time of {_NAMES[name]} to ours", cost))
    return rows
