"""Whose turn it is."""

import random

import pytest

from operations.server.fair_queue import Caller, FairQueue, QueueFullError

ANN, BEN = Caller("acme", "ann"), Caller("acme", "ben")
GUS = Caller("globex", "gus")


def queue(*, threads: int = 6, waiting: int = 40, of_one: int = 10) -> FairQueue[int]:
    return FairQueue(threads=threads, waiting=waiting, waiting_of_one=of_one)


def put(into: FairQueue[int], caller: Caller, number: int) -> None:
    for item in range(number):
        into.put(caller, item)


def taken(from_: FairQueue[int]) -> list[str]:
    callers = []
    while (found := from_.take()) is not None:
        callers.append(found[0].name)
    return callers


def test_a_group_has_half_of_the_threads_and_a_caller_one_less() -> None:
    waiting = queue()
    put(waiting, ANN, 9)
    assert taken(waiting) == ["ann", "ann"]

    put(waiting, BEN, 9)
    assert taken(waiting) == ["ben"]

    put(waiting, GUS, 9)
    assert taken(waiting) == ["gus", "gus"]


def test_whoever_comes_last_does_not_wait_for_all_before() -> None:
    waiting = queue(threads=2)
    put(waiting, ANN, 9)
    put(waiting, GUS, 1)

    order = []
    while (found := waiting.take()) is not None:
        order.append(found[0].name)
        waiting.done(found[0])

    assert order.index("gus") <= 1
    assert len(order) == 10


def test_callers_of_a_group_take_turns() -> None:
    waiting = queue(threads=2)
    put(waiting, ANN, 3)
    put(waiting, BEN, 3)

    order = []
    while (found := waiting.take()) is not None:
        order.append(found[0].name)
        waiting.done(found[0])

    assert order == ["ann", "ben", "ann", "ben", "ann", "ben"]


def test_a_full_line_refuses_its_caller_and_nobody_else() -> None:
    waiting = queue()
    put(waiting, ANN, 10)

    with pytest.raises(QueueFullError, match="one caller of acme"):
        waiting.put(ANN, 1)
    waiting.put(BEN, 1)
    waiting.put(GUS, 1)


def test_a_group_cannot_fill_the_whole_queue() -> None:
    waiting = queue(waiting=40, of_one=10)
    for number in range(2):
        put(waiting, Caller("acme", str(number)), 10)

    with pytest.raises(QueueFullError, match="the callers of acme"):
        waiting.put(ANN, 1)
    waiting.put(GUS, 1)


def test_all_callers_together_cannot_wait_without_end() -> None:
    waiting = queue(waiting=40, of_one=10)
    for number in range(4):
        put(waiting, Caller(str(number), "one"), 10)

    with pytest.raises(QueueFullError, match="all callers"):
        waiting.put(GUS, 1)


def test_what_is_dropped_never_runs() -> None:
    waiting = queue()
    waiting.put(ANN, 1)
    waiting.put(ANN, 2)
    waiting.drop(ANN, 1)

    assert waiting.take() == (ANN, 2)
    assert waiting.take() is None


@pytest.mark.parametrize("seed", range(20))
def test_everything_runs_once_within_the_shares_and_nothing_is_remembered(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    waiting = queue(waiting=10_000, of_one=10_000)
    callers = [Caller(group, name) for group in "abc" for name in "xyz"]
    expected = [(chance.choice(callers), item) for item in range(500)]
    todo = list(expected)
    running: list[tuple[Caller, int]] = []
    ran: list[tuple[Caller, int]] = []
    while len(ran) < len(expected):
        if todo and chance.random() < 0.5:
            waiting.put(*todo.pop())
        elif running and chance.random() < 0.5:
            done = running.pop(chance.randrange(len(running)))
            waiting.done(done[0])
            ran.append(done)
        elif (found := waiting.take()) is not None:
            running.append(found)
        assert len(running) <= 6
        for group in "abc":
            assert sum(caller.group == group for caller, _item in running) <= 3
        for caller in callers:
            assert sum(each == caller for each, _item in running) <= 2

    assert sorted(ran) == sorted(expected)
    assert (waiting.running, waiting.waiting) == (0, 0)
    assert not waiting._groups
