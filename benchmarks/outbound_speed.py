"""How fast are people pushed, next to the same requests, one after the other, by httpx2 alone?"""

from __future__ import annotations

import time
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Final

import httpx2

from benchmarks.at_target import target
from benchmarks.load import LoadError
from benchmarks.measuring import in_turn
from benchmarks.outbound import said
from benchmarks.outbound_population import fill_for_pushing, link_everybody, rename
from benchmarks.population import BIG_GROUP
from benchmarks.report import Result
from benchmarks.workers import working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.at_target import Target
    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.measuring import Pace

_PEOPLE: Final = 1_000
_OPERATIONS: Final = 100
"""Of one round: each changes a person, which is one request."""
_CHECKED: Final = 20
_SLOW: Final = 50
"""Milliseconds that the target takes for a request."""
_SECTION: Final = f"Provisioning, a change of {_OPERATIONS} people"
_LEAST_OF_BARE: Final = 0.7
_LEAST_OF_FOUR: Final = 3.0
_PATIENCE: Final = 300.0
_OK: Final = (200, 204)


def results(deployment: Deployment, pace: Pace) -> Iterator[Result]:
    """Measure one worker, four workers and the bare requests in turn."""
    with ExitStack() as stack:
        there = stack.enter_context(target())
        databases = {count: _database(deployment, there, count) for count in (1, 4)}
        yield from _where_time_goes(there, databases[1])
        for count, database in databases.items():
            stack.enter_context(working(database, there.url, processes=count))
        race = _Race(there, databases)
        yield race.unintended()
        race.run(pace.rounds)
        yield from race.judged()


class _Race:
    """The rates of everybody, round by round, in operations a second."""

    def __init__(self, there: Target, databases: dict[int, Database]) -> None:
        self._target = there
        self._databases = databases
        self._round = 0
        self._rates: dict[str, list[float]] = {}

    def unintended(self) -> Result:
        """Return how many writes came whose intent was not committed before; one is too many."""
        missed = 0
        for database in self._databases.values():
            for milliseconds in (_SLOW, 0):
                self._push(database, _CHECKED, milliseconds, looks_at=database.url)
                missed += self._target.seen()["unintended"]
        what = "requests that came before their intent was committed"
        return Result(_SECTION, "intents", what, missed, at_most=0)

    def run(self, rounds: int) -> None:
        """Let everybody have their turn, back and forth."""
        for number in range(rounds):
            for milliseconds, name in in_turn([(_SLOW, "slow"), (0, "instant")], number):
                asked: list[list[str]] = []
                for count in in_turn([1, 4], number):
                    rate = self._push(self._databases[count], _OPERATIONS, milliseconds)
                    self._rates.setdefault(f"{name} {count}", []).append(rate)
                    asked = self._target.asked()
                self._target.begin(milliseconds=milliseconds)
                _send(self._target.url, asked)
                self._rates.setdefault(f"{name} bare", []).append(self._rate())

    def judged(self) -> Iterator[Result]:
        """Yield what came of it."""
        for name, label in (("slow", f"target of {_SLOW} ms"), ("instant", "target of 0 ms")):
            has_aim = name == "slow"
            one, four, bare = (self._rates[f"{name} {each}"] for each in (1, 4, "bare"))
            for who, rates in (("one worker", one), ("four workers", four), ("bare HTTP", bare)):
                yield Result(_SECTION, label, f"{who}, per second", median(rates))
            least = _LEAST_OF_BARE if has_aim else None
            yield Result(_SECTION, label, "one worker to bare HTTP", _ratio(one, bare), "", least)
            least = _LEAST_OF_FOUR if has_aim else None
            yield Result(_SECTION, label, "four workers to one", _ratio(four, one), "", least)

    def _push(
        self, database: Database, operations: int, milliseconds: int, looks_at: str = ""
    ) -> float:
        self._round += 1
        first = self._round * operations % _PEOPLE + 1
        self._target.begin(milliseconds=milliseconds, database=looks_at)
        name = f"Round {self._round}"
        rename(database, first=first, last=first + operations - 1, name=name)
        deadline = time.monotonic() + _PATIENCE
        while self._target.seen()["answered"] < operations:
            if time.monotonic() > deadline:
                raise LoadError("The workers did not push everybody.")
            time.sleep(0.1)
        return self._rate()

    def _rate(self) -> float:
        seen = self._target.seen()
        return float(seen["answered"] / seen["seconds"])


def _ratio(ours: list[float], others: list[float]) -> float:
    return median(a / b for a, b in zip(ours, others, strict=True))


def _send(url: str, asked: list[list[str]]) -> None:
    """Send the same requests, one after the other over one connection."""
    headers = {"Authorization": "Bearer t", "Content-Type": "application/scim+json"}
    with httpx2.Client(base_url=url, headers=headers, trust_env=False) as client:
        for method, path, body in asked:
            answer = client.request(method, path, content=body or None)
            if answer.status_code not in _OK:
                raise LoadError(f"{method} {path} was answered {answer.status_code}.")


def _where_time_goes(there: Target, database: Database) -> Iterator[Result]:
    there.begin()
    rename(database, first=1, last=_OPERATIONS, name="Timed")
    said(database, "perform")
    rename(database, first=1, last=_OPERATIONS, name="Timed again")
    told = said(database, "perform")
    each = 1000 / told["operations"]
    waited = {
        "statements, their own commits with them": told["statements"],
        "commits of transactions": told["commits"],
        "HTTP": told["http"],
    }
    label = "an operation of one worker, 0 ms"
    for what, seconds in waited.items():
        yield Result(_SECTION, label, what, seconds * each, "ms")
    rest = told["seconds"] - sum(waited.values())
    yield Result(_SECTION, label, "the rest", rest * each, "ms")
    yield Result(_SECTION, label, "all of it", told["seconds"] * each, "ms")
    yield Result(_SECTION, label, "processor time of the worker", told["processor"] * each, "ms")
    for what in ("statement", "commit"):
        count = told[f"{what}_count"] / told["operations"]
        yield Result(_SECTION, label, f"{what}s, how many", count)


def _database(deployment: Deployment, there: Target, workers: int) -> Database:
    database = deployment.databases.make(f"outbound_{workers}", deployment.template)
    fill_for_pushing(database, people=_PEOPLE)
    said(database, "connect", there.url, BIG_GROUP)
    link_everybody(database, people=_PEOPLE, with_log=False)
    return database
