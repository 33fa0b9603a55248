"""The stamps of the rate limit, kept by one process or shared by several."""

import multiprocessing
import time
from collections.abc import Callable

import pytest

from scim.http.rate_stamps import OwnStamps, SharedStamps, Stamps

_PROCESSES = 3
_SECONDS = 1.0
_RATE = 1_000
_AT_ONCE = 500


@pytest.fixture(params=[OwnStamps, SharedStamps])
def stamps(request: pytest.FixtureRequest) -> Stamps:
    make: Callable[[], Stamps] = request.param
    return make()


def passed(stamps: Stamps, token: int, now: float, tries: int) -> int:
    return sum(
        not stamps.advance(token, now=now, step=1 / _RATE, room=_AT_ONCE / _RATE)
        for _ in range(tries)
    )


def test_what_may_come_at_once_passes_and_no_more(stamps: Stamps) -> None:
    assert passed(stamps, 1, 100.0, 2 * _AT_ONCE) == _AT_ONCE
    assert passed(stamps, 2, 100.0, 2 * _AT_ONCE) == _AT_ONCE


def test_then_as_many_as_flow_in_again(stamps: Stamps) -> None:
    passed(stamps, 1, 100.0, _AT_ONCE)

    assert passed(stamps, 1, 100.1, 2 * _AT_ONCE) == _RATE // 10
    assert passed(stamps, 1, 500.0, 2 * _AT_ONCE) == _AT_ONCE


def test_a_refusal_says_when_the_next_may_come_and_costs_nothing(stamps: Stamps) -> None:
    passed(stamps, 1, 100.0, _AT_ONCE)

    wait = stamps.advance(1, now=100.0, step=1 / _RATE, room=_AT_ONCE / _RATE)

    assert wait == pytest.approx(1 / _RATE, abs=1e-5)
    assert passed(stamps, 1, 100.0 + wait + 1e-5, 1) == 1


def test_a_limit_that_was_raised_is_not_held_back_by_the_old_one(stamps: Stamps) -> None:
    for _ in range(6):
        stamps.advance(1, now=100.0, step=10.0, room=60.0)

    assert passed(stamps, 1, 101.0, 2 * _AT_ONCE) > 0


def test_more_tokens_than_there_is_room_for_keep_the_busy_ones(stamps: Stamps) -> None:
    for token in range(1, 40_000):
        stamps.advance(token, now=float(token), step=0.001, room=1.0)
    passed(stamps, 50_000, 40_000.0, _AT_ONCE)
    for token in range(50_001, 50_400):
        stamps.advance(token, now=40_000.0, step=0.001, room=1.0)

    assert passed(stamps, 50_000, 40_000.0, 10) == 0


def _spend(stamps: Stamps, until: float, counts: "multiprocessing.Queue[int]") -> None:
    count = 0
    while (now := time.monotonic()) < until:
        count += not stamps.advance(7, now=now, step=1 / _RATE, room=_AT_ONCE / _RATE)
    counts.put(count)


@pytest.mark.slow
def test_processes_that_are_forked_count_together() -> None:
    stamps = SharedStamps()
    fork = multiprocessing.get_context("fork")
    counts = fork.Queue()
    began = time.monotonic()
    processes = [
        fork.Process(target=_spend, args=(stamps, began + _SECONDS, counts))
        for _ in range(_PROCESSES)
    ]
    for process in processes:
        process.start()
    total = sum(counts.get(timeout=30) for _ in processes)
    for process in processes:
        process.join(30)

    assert total <= _AT_ONCE + _RATE * _SECONDS + _PROCESSES
    assert total >= _AT_ONCE
