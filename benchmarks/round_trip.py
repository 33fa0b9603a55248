"""``python -m benchmarks.round_trip``: one tenant pushes to another's ``/scim/v2``, and back.

Tenant *acme* pushes people, nested groups, roles and permissions to tenant *globex* of the same
installation, by its real server and real workers.  Then both sides are compared attribute by
attribute, everything is compared with the target once more, people are changed one after the
other, and *globex* pushes back.  Prints what each part came to; the status is 1 if the two sides
differ, or if anything is sent that need not be.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.databases import Database, DatabaseServer
from benchmarks.server import HOST, free_port, serving
from benchmarks.tenant import set_up_django
from benchmarks.workers import NETWORKS, working

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE: Final = 3 * 3600.0
_MOST_SECONDS: Final = 5.0
"""A change is there within that time, in the median."""


def main() -> int:
    """Return 0 when everything came to be as it must."""
    options = _options()
    os.environ.setdefault("GATEHOUSE_SECRET_KEY", secrets.token_urlsafe(48))
    os.environ["GATEHOUSE_OUTGOING_NETWORKS"] = NETWORKS
    if options.database:
        return _round_trip(Database("given", options.database), options)
    databases = DatabaseServer()
    try:
        return _round_trip(databases.make("round_trip"), options)
    finally:
        databases.drop_all()


def _round_trip(database: Database, options: argparse.Namespace) -> int:
    port = free_port()
    set_up_django(database, f"http://{HOST}:{port}")
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by now

    from benchmarks.round_trip_parts import Trip  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    with ExitStack() as stack:
        server = stack.enter_context(serving(database, port, {}))
        trip = stack.enter_context(Trip(database, server.url, options.people, options.groups))
        stack.enter_context(working(database, server.url, processes=options.workers))
        wrong = []
        _print(f"{options.people:,} people, {options.groups} groups, {options.workers} workers\n")
        pushed, seconds = _timed(lambda: trip.push(_PATIENCE))
        _print(f"pushed: {pushed:,} requests in {seconds:.0f} s, {pushed / seconds:.1f} a second\n")
        wrong += trip.differences()
        _print(f"differences, attribute by attribute: {len(wrong)} of {trip.compared:,} values\n")
        again, seconds = _timed(lambda: trip.reconcile(_PATIENCE))
        _print(f"everything compared again: {again} writes, {seconds:.0f} s\n")
        wrong += ["The second run wrote."] * bool(again)
        taken = [trip.change(number) for number in range(1, options.changes + 1)]
        _print(
            f"a change is there after {median(taken):.2f} s (median of {len(taken)}; "
            f"{min(taken):.2f} to {max(taken):.2f})\n"
        )
        wrong += ["A change takes too long."] * (median(taken) > _MOST_SECONDS)
        pushed, seconds = _timed(lambda: trip.push_back(options.back, _PATIENCE))
        _print(f"pushed back: {pushed:,} requests in {seconds:.0f} s\n")
        wrong += trip.differences()
        said = trip.change_and_settle()
        _print(f"after one change, pushed to each other: {said}\n")
        wrong += trip.goes_on()
        wrong += trip.differences()
    _print("".join(f"{line}\n" for line in wrong[:10]))
    _print(f"{len(wrong)} things are not as they must be.\n")
    return 1 if wrong else 0


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    begun = time.monotonic()
    came_to = work()
    return came_to, time.monotonic() - begun


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.round_trip", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000, help="a multiple of ten")
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--changes", type=int, default=25)
    parser.add_argument("--workers", type=int, default=4, help="one job at a time each")
    parser.add_argument("--back", default="Group 1", help="the group that is pushed back")
    parser.add_argument("--database", default="", help="use this one, which holds no tenants")
    return parser.parse_args()


def _print(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
