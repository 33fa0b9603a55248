"""A thousand jobs and three workers, one of which is killed again and again."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.support.workers import COMMAND, Asked, Works, works

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MARKS, MAILS, BROKEN = 800, 190, 10
WORKERS = 3
KILLS = 4
SECONDS = 420
CHANCE = random.SystemRandom()

EFFECTS = "SELECT (details->>'number')::int FROM accounts_auditentry WHERE action = %s"


class Crew:
    """Workers of which one that dies is replaced, as any supervision does."""

    def __init__(self, work: Works) -> None:
        self._work = work
        self._log = (work.folder / "workers.log").open("wb")
        self.processes = [self._start() for _ in range(WORKERS)]

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own words
            [*COMMAND, "--at-once", "2"],
            env=self._work.environment,
            stdout=self._log,
            stderr=self._log,
        )

    def kill_one(self) -> None:
        """Kill any of them, whatever it does, and start another."""
        number = CHANCE.randrange(WORKERS)
        os.kill(self.processes[number].pid, signal.SIGKILL)
        self.processes[number].wait()
        self.processes[number] = self._start()

    def stop(self) -> None:
        """Let them finish what they have begun."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)
        self._log.close()


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Works]:
    with works(tmp_path) as found:
        yield found


def numbers_mailed(folder: Path) -> list[int]:
    """Return the numbers in the subjects of all mails, however many a file holds."""
    found = []
    for path in (folder / "mail").iterdir():
        for part in path.read_bytes().split(b"-" * 79 + b"\n"):
            subject = message_from_bytes(part, policy=default)["subject"]
            if subject:
                found.append(int(str(subject).split()[1].rstrip(".")))
    return found


def test_every_effect_is_there_once_and_every_mail_went_out_whoever_was_killed(
    work: Works,
) -> None:
    kinds = [("tests.leave_a_mark", "acme", number) for number in range(MARKS)]
    kinds += [("tests.mail_a_number", "globex", number) for number in range(MAILS)]
    kinds += [("tests.break_each_time", "globex", 10_000 + number) for number in range(BROKEN)]
    jobs: list[Asked] = [(kind, slug, {"number": number}) for kind, slug, number in kinds]
    CHANCE.shuffle(jobs)
    work.queue(*jobs)
    assert work.jobs() == MARKS + MAILS + BROKEN
    crew = Crew(work)
    killed_at_work = 0
    try:
        work.wait_for(lambda: work.jobs(state="done") > 20)
        for _kill in range(KILLS):
            time.sleep(CHANCE.uniform(0.3, 2.0))
            # On a busy machine those that were started anew may not have begun yet.
            work.wait_for(lambda: work.jobs(state="running") > 0 or _ends(work), seconds=SECONDS)
            crew.kill_one()
            killed_at_work += work.jobs(state="running")
            _go_on(work)
        work.wait_for(lambda: _ends(work), seconds=SECONDS)
    finally:
        crew.stop()

    assert killed_at_work  # Else nothing was tried.
    effects = Counter(number for (number,) in work.ask(EFFECTS, "test.effect"))
    assert effects == Counter(range(MARKS))
    assert set(numbers_mailed(work.folder)) == set(range(MAILS))
    assert work.jobs(state="done") == MARKS + MAILS
    assert work.jobs(state="failed") == BROKEN
    reasons = work.ask("SELECT DISTINCT error FROM accounts_job WHERE state = 'failed'")
    assert all(f"number {10_000 + n} is gone" in str(reasons) for n in range(BROKEN))


def _go_on(work: Works) -> None:
    """Wait until more is done; what the dead had begun last is taken up after a minute or two."""
    done = work.jobs(state="done")
    work.wait_for(lambda: work.jobs(state="done") > done + 20 or _ends(work), seconds=SECONDS)


def _ends(work: Works) -> bool:
    return work.jobs(state="waiting") + work.jobs(state="running") == 0
