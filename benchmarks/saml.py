"""Responses judged at the ACS, end to end, next to python3-saml alone."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.load import Request
from benchmarks.measuring import Series, Track, in_turn
from benchmarks.operations import BARE, OURS, PEER, Candidate
from benchmarks.population import fill_for_operations
from benchmarks.report import Result
from benchmarks.saml_floor import USERS
from benchmarks.tenant import SLUG

if TYPE_CHECKING:
    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace

_SECTION: Final = "SAML"
_LABEL: Final = "a response at the ACS"
_MOST_PER_SECOND: Final = 1_500
"""Responses prepared for a second: more than any candidate answers."""

_JUDGING: Final = "judging"
_STORING: Final = "storing"
_PATHS: Final = {
    OURS: f"/saml/{SLUG}/",
    BARE: "/saml-library/",
    PEER: "/saml-peer/",
    _JUDGING: "/saml-judging/",
    _STORING: "/saml-storing/",
}
_NAMES: Final = {
    OURS: "Gatehouse",
    BARE: "python3-saml alone",
    PEER: "python3-saml and login()",
    _JUDGING: "our judging without a database",
    _STORING: "our statements without judging",
}


def results(deployment: Deployment, pace: Pace) -> list[Result]:
    """Measure sign-ins: all our checks, the user, the session and the log; and the bare library.

    The two halves of our own work are measured by themselves, too: what each may be at most.
    """

    def fill(database: Database) -> None:
        fill_for_operations(database, users=USERS, token_digest=deployment.tenant.digest)

    sys.stderr.write(f"measuring: {_LABEL}\n")
    with deployment.served("saml", fill) as server, tempfile.TemporaryDirectory() as folder:
        series = {name: Series() for name in _PATHS}
        for number, seconds in enumerate((1, *[pace.seconds] * pace.rounds)):
            for name, path in in_turn(list(_PATHS.items()), number):
                file = Path(folder) / f"{name}.forms"
                deployment.idp.write_forms(
                    file, path, users=USERS, how_many=seconds * _MOST_PER_SECOND
                )
                track = Track(server, _candidate(path, file), users=USERS)
                track.run(seconds)
                series[name].loads += track.series.loads
                series[name].costs += track.series.costs
    for one in series.values():
        del one.loads[0], one.costs[0]  # The first warmed the workers up.
    return _judged(series)


def _candidate(path: str, file: Path) -> Candidate:
    form = "application/x-www-form-urlencoded"
    return Candidate(Request("POST", path, content_type=form, file=str(file)))


def _judged(series: dict[str, Series]) -> list[Result]:
    row = Result(_SECTION, _LABEL, "", 0)
    rows = []
    for name, one in series.items():
        rows += [
            replace(row, what=f"{_NAMES[name]}, per second", value=one.per_second),
            replace(row, what=f"{_NAMES[name]}, p50", value=one.p50, unit="ms"),
            replace(row, what=f"{_NAMES[name]}, p99", value=one.p99, unit="ms"),
            replace(row, what=f"{_NAMES[name]}, processor time", value=one.cost, unit="ms"),
        ]
    for name in (BARE, PEER):
        ratio = series[OURS].ratio_to(series[name])
        rows.append(replace(row, what=f"ratio to {_NAMES[name]}", value=ratio, at_least=1.0))
        cost = series[OURS].cost_ratio_to(series[name])
        rows.append(replace(row, what=f"processor time of {_NAMES[name]} to ours", value=cost))
    for name in (_JUDGING, _STORING):
        ratio = series[name].ratio_to(series[BARE])
        rows.append(replace(row, what=f"{_NAMES[name]}, ratio to {_NAMES[BARE]}", value=ratio))
    return rows
