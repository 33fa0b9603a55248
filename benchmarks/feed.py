"""``python -m benchmarks.feed``: what an entry of the feed of changes costs in processor time.

The entry cannot be switched off: it rides in the statement of its change.  So it is measured apart,
as a statement of its own, in this process and in its session at the database, without the end of
the transaction.  That is a little more than it costs with its change, as the way there and back is
counted too.  A create, a PATCH, a member added and each create of a Bulk request write one entry
each; what reads writes none.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from statistics import median
from typing import Any, Final

from benchmarks.deployment import deployment
from benchmarks.processor import spent, times_of
from benchmarks.tenant import SLUG

_IN_ONE_TRANSACTION: Final = 2_000


def main() -> int:
    """Measure, and print the processor time of an entry in microseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="the median of which counts")
    rounds: int = parser.parse_args().rounds
    with deployment():
        costs = [_round() for _number in range(rounds)]
    here = median(mine for mine, _session in costs)
    there = median(session for _mine, session in costs)
    sys.stdout.write(f"load of the machine: {os.getloadavg()[0]:.1f}\n")
    sys.stdout.write(f"an entry: {here:.0f} µs in Python, {there:.0f} µs in PostgreSQL\n")
    return 0


def _round() -> tuple[float, float]:
    """Write entries; return the microseconds of one in this process and at the database."""
    from django.db import connection, transaction  # noqa: PLC0415 - Django is set up by now

    from accounts.models import Tenant, User  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from accounts.trail import audit  # noqa: PLC0415

    details: dict[str, Any] = {"changes": {"active": [True, False]}, "source": "Okta"}
    url = str(os.environ["DATABASE_URL"])
    tenant = Tenant.objects.get(slug=SLUG)
    with tenant_scope(tenant), transaction.atomic():
        user = User.objects.get()
        audit.record("user.updated", user, **details)
        before, mine = times_of([], url), time.process_time()
        for _number in range(_IN_ONE_TRANSACTION):
            audit.record("user.updated", user, **details)
        took = time.process_time() - mine
        milliseconds = spent(before, times_of([], url))
    connection.close()
    return took / _IN_ONE_TRANSACTION * 1e6, milliseconds / _IN_ONE_TRANSACTION * 1e3


if __name__ == "__main__":
    sys.exit(main())
