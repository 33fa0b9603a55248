"""Rounds: every candidate in turn, again and again, so that noise hits all of them alike."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final, TypeVar

import httpx2

from benchmarks.load import Load, LoadError, Request, generate
from benchmarks.population import GROUPS
from benchmarks.processor import spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.operations import Candidate, Operation
    from benchmarks.server import Server

_T = TypeVar("_T")
_runs = itertools.count(1)
_PROBE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often to measure."""

    seconds: int
    rounds: int


@dataclass(slots=True)
class Series:
    """The rounds of one candidate.

    ``costs`` are the processor times of a unit in each round, in milliseconds.
    """

    units: int = 1
    loads: list[Load] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Units in a second, round by round."""
        return [load.per_second * self.units for load in self.loads]

    @property
    def per_second(self) -> float:
        """The median of the rounds."""
        return median(self.rates)

    @property
    def p50(self) -> float:
        """The median answer of the median round, in milliseconds."""
        return median(load.p50 for load in self.loads)

    @property
    def p99(self) -> float:
        """What 99 of 100 answers took at most in the median round, in milliseconds."""
        return median(load.p99 for load in self.loads)

    @property
    def cost(self) -> float:
        """The processor time of a unit in the median round, in milliseconds."""
        return median(self.costs)

    def add(self, load: Load, milliseconds: float) -> None:
        """Add a round that took so much processor time."""
        self.loads.append(load)
        self.costs.append(milliseconds / (load.requests * self.units))

    def forget(self) -> None:
        """Begin anew."""
        self.loads.clear()
        self.costs.clear()

    def ratio_to(self, other: Series) -> float:
        """Return the median of our rate over the other's of the same round."""
        return median(a / b for a, b in zip(self.rates, other.rates, strict=True))

    def cost_ratio_to(self, other: Series) -> float:
        """Return the median of how many times our processor time the other took in the round."""
        return median(b / a for a, b in zip(self.costs, other.costs, strict=True))


def measure(server: Server, operation: Operation, *, users: int, pace: Pace) -> dict[str, Series]:
    """Measure every candidate of ``operation`` in interleaved rounds.

    Raises:
        LoadError: A candidate did not answer as it must.
    """
    tracks = {
        name: Track(server, candidate, users=users)
        for name, candidate in operation.candidates.items()
    }
    seconds = max(pace.seconds, operation.at_least_seconds)
    for track in tracks.values():
        track.probe()
        track.warm_up(operation.at_least_seconds)
    # Longer rounds are fewer: they are steadier, too.
    for number in range(max(1, pace.rounds // seconds)):
        for track in in_turn(list(tracks.values()), number):
            track.run(seconds)
    return {name: track.series for name, track in tracks.items()}


def in_turn(candidates: Sequence[_T], number: int) -> Sequence[_T]:
    """Return the candidates in the order of this round: back and forth.

    A machine that grows slower or faster while they run treats none of them better.
    """
    return candidates if number % 2 == 0 else candidates[::-1]


class Track:
    """One candidate on one server, and where its numbers have got to."""

    def __init__(
        self, server: Server, candidate: Candidate, *, users: int, groups: int = GROUPS
    ) -> None:
        self._server = server
        self._candidate = candidate
        self._numbers = {"users": users, "groups": groups, "first": 0, "run": next(_runs)}
        self.series = Series(candidate.units)

    def probe(self) -> None:
        """Send one request and look at its status.

        Raises:
            LoadError: It is not the one that is expected.
        """
        request = self._candidate.request
        answer = httpx2.request(
            request.method,
            f"{self._server.url}{_filled(request.path, self._numbers)}",
            content=_probe_body(request, self._numbers),
            headers={
                "Authorization": f"Bearer {request.token}",
                "Content-Type": request.content_type,
            },
            timeout=_PROBE_SECONDS,
            trust_env=False,
        )
        if answer.status_code != self._candidate.status:
            raise LoadError(
                f"{request.method} {request.path} was answered {answer.status_code} instead of "
                f"{self._candidate.status}: {answer.text[:500]}"
            )
        self._numbers["first"] += max(request.lines, 1)

    def warm_up(self, seconds: int = 1) -> None:
        """Let every worker open its connections and fill its caches."""
        self.run(seconds)
        self.series.forget()

    def run(self, seconds: int) -> None:
        """Measure one round; requests that bring their own bodies bring them for one round."""
        before = self._server.times()
        load = generate(
            self._server.url,
            self._candidate.request,
            seconds=seconds,
            numbers=self._numbers,
            connections=self._candidate.connections,
        )
        self._numbers["first"] = load.next_number
        self.series.add(load, spent(before, self._server.times()))


def p50_ratio(ours: Sequence[Load], smallest: Sequence[Load]) -> float:
    """Return the median of our p50 over the other's of the same round."""
    return median(a.p50 / b.p50 for a, b in zip(ours, smallest, strict=True))


def _filled(template: str, numbers: dict[str, int]) -> str:
    """Fill a template as :file:`load.lua` does for the first number."""
    users = numbers["users"]
    first = numbers["first"]
    half = users // 2
    turn = first % half
    switched = 4 * (turn // 2) + turn % 2 + 1
    values = {
        "c": str(first),
        "n": "1",
        "id": _uuid("01900000", 1),
        "s": str(switched),
        "sid": _uuid("01900000", switched),
        "fid": _uuid("01900000", switched + 2),
        "flag": str((first // half + switched) % 2 == 0).lower(),
        "m": str(half + 1),
        "mid": _uuid("01900000", half + 1),
        "g": "1",
        "gid": _uuid("01910000", 1),
        "run": str(numbers["run"]),
    }
    return re.sub("<([a-z]+)>", lambda found: values.get(found[1], found[0]), template)


def _probe_body(request: Request, numbers: dict[str, int]) -> bytes | None:
    if not request.body:
        return None
    lines = [
        _filled(request.line, {**numbers, "first": numbers["first"] + number})
        for number in range(request.lines)
    ]
    return _filled(request.body, numbers).replace("<lines>", ",".join(lines)).encode()


def _uuid(prefix: str, number: int) -> str:
    return f"{prefix}-0000-7000-8000-{number:012x}"
