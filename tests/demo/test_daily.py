"""When a running product does its daily work."""

import os
import sys
import time
from pathlib import Path

from demo.daily import DAY_SECONDS, DailyWork

LATEST_SECONDS = 20


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def daily_work(marks: Path, clock: Clock) -> DailyWork:
    """Daily work that leaves one letter in ``marks`` each time."""
    write = f"open({str(marks)!r}, 'a').write('x')"
    return DailyWork(os.environ, command=(sys.executable, "-c", write), now=clock)


def wait_for(marks: Path, count: int) -> None:
    deadline = time.monotonic() + LATEST_SECONDS
    while not marks.exists() or len(marks.read_text()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_is_done_at_once_and_again_a_day_later(tmp_path: Path) -> None:
    clock, marks = Clock(), tmp_path / "marks"
    work = daily_work(marks, clock)

    work.tend()
    wait_for(marks, 1)
    work.stop()
    clock.seconds = DAY_SECONDS - 1
    work.tend()
    work.stop()
    assert marks.read_text() == "x"

    clock.seconds = DAY_SECONDS
    work.tend()
    wait_for(marks, 2)
    work.stop()


def test_it_does_not_begin_while_the_day_befores_runs(tmp_path: Path) -> None:
    clock, began = Clock(), tmp_path / "began"
    code = f"import time; open({str(began)!r}, 'a').write('x'); time.sleep(60)"
    work = DailyWork(os.environ, command=(sys.executable, "-c", code), now=clock)
    work.tend()
    wait_for(began, 1)

    clock.seconds = DAY_SECONDS
    work.tend()
    work.stop()

    assert began.read_text() == "x"
