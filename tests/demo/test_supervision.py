"""What dies is started again, each time after a longer pause."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from demo.supervision import FIRST_PAUSE, LONGEST_PAUSE, STEADY, Supervised


@dataclass
class Fake:
    """A process that ends when it is told to."""

    status: int | None = None

    def poll(self) -> int | None:
        return self.status


@dataclass
class Watched:
    """Something supervised, with a clock that a test moves."""

    time: float = 0.0
    started: list[Fake] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        self.supervised = Supervised("The demo", self._start, now=lambda: self.time)
        self.supervised.begin()

    def _start(self) -> Fake:
        if self.fails:
            raise OSError("no room")
        self.started.append(Fake())
        return self.started[-1]

    def dies(self) -> None:
        self.started[-1].status = -9
        self.supervised.tend()

    def pause(self) -> float:
        """How long it takes until it runs again."""
        before, count = self.time, len(self.started)
        while len(self.started) == count:
            self.time += 0.25
            self.supervised.tend()
            assert self.time - before <= LONGEST_PAUSE
        return self.time - before


def test_what_runs_is_left_alone() -> None:
    watched = Watched()
    for _ in range(100):
        watched.time += 1
        watched.supervised.tend()

    assert len(watched.started) == 1


def test_pauses_double_up_to_half_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    watched = Watched()
    pauses = []
    for _ in range(8):
        watched.dies()
        pauses.append(watched.pause())

    assert pauses == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]
    assert (
        "The demo ended by itself (SIGKILL); it starts again in 0.5 s." in capsys.readouterr().err
    )


def test_after_a_minute_alive_a_death_is_the_first_again() -> None:
    watched = Watched()
    for _ in range(4):
        watched.dies()
        watched.pause()
    watched.time += STEADY

    watched.dies()

    assert watched.pause() == FIRST_PAUSE


def test_what_does_not_start_is_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    watched = Watched()
    watched.fails = True
    watched.dies()
    for _ in range(10):
        watched.time += 1
        watched.supervised.tend()
    watched.fails = False

    watched.pause()

    assert watched.supervised.running is watched.started[-1]
    assert "did not start: no room" in capsys.readouterr().err
