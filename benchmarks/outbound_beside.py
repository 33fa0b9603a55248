"""What do SCIM requests cost a tenant that pushes to an application, next to one that does not?

The worker is stopped: what it does later is no part of a request.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.measuring import Track, in_turn
from benchmarks.operations import OURS, scim_operations
from benchmarks.outbound import said
from benchmarks.outbound_population import link_everybody
from benchmarks.population import fill_for_operations
from benchmarks.report import Result
from benchmarks.scim import USERS
from benchmarks.server import HOST, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace

_SECTION: Final = f"SCIM with an application connected, {USERS:,} users"
_MOST: Final = 1.05


def results(deployment: Deployment, pace: Pace) -> Iterator[Result]:
    """Measure every operation at both servers in turn."""
    token = deployment.tenant.token
    databases: dict[str, Database] = {}

    def fill(database: Database, *, name: str) -> None:
        fill_for_operations(database, users=USERS, token_digest=deployment.tenant.digest)
        databases[name] = database

    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(deployment.served(f"beside_{name}", partial(fill, name=name)))
            for name in ("alone", "connected")
        }
        # Nobody listens there; nothing is sent without a worker.
        said(databases["connected"], "connect", f"http://{HOST}:{free_port()}")
        link_everybody(databases["connected"], people=USERS, with_log=False)
        for operation in scim_operations(token):
            sys.stderr.write(f"measuring: {operation.label}, with an application and without\n")
            ours = operation.candidates[OURS]
            tracks = {name: Track(server, ours, users=USERS) for name, server in servers.items()}
            seconds = max(pace.seconds, operation.at_least_seconds)
            for track in tracks.values():
                track.probe()
                track.warm_up(seconds)
            for number in range(max(1, pace.rounds // seconds)):
                for track in in_turn(list(tracks.values()), number):
                    track.run(seconds)
            alone, connected = tracks["alone"].series, tracks["connected"].series
            cost = Result(
                _SECTION, operation.label, "processor time, connected", connected.cost, "ms"
            )
            yield cost
            ratio = alone.cost_ratio_to(connected)
            what = "processor time, connected to alone"
            yield Result(_SECTION, operation.label, what, ratio, at_most=_MOST)
            rate = connected.ratio_to(alone)
            yield Result(_SECTION, operation.label, "rate, connected to alone", rate)
