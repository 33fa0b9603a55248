"""Provisioning by real workers: a change arrives soon, and a worker that dies loses nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.databases import migrated_database
from tests.support.processes import running
from tests.support.workers import COMMAND, Works

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from subprocess import Popen

    from tests.provisioning.engine.scim_fake import Answer, Asked

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SECONDS = 240
STATE = "SELECT state FROM provisioning_run ORDER BY id DESC LIMIT 1"
OPEN = "SELECT count(*) FROM provisioning_operation WHERE state NOT IN ('done', 'cancelled')"
ATTEMPTS = "SELECT attempts, state FROM provisioning_operation WHERE kind = 'User'"
WHEN_PLANNED = """
SELECT extract(epoch FROM created)::float FROM provisioning_operation WHERE name = %s
"""
JOINED = """
SELECT extract(epoch FROM max(at))::float FROM accounts_auditentry
WHERE action = 'group.members_changed'
"""


@dataclass(frozen=True)
class Pushing(Works):
    """A database with an application whose target is on this machine."""

    @property
    @override
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "DJANGO_SETTINGS_MODULE": "tests.support.outbound_settings",
            "GATEHOUSE_OUTGOING_NETWORKS": "127.0.0.0/8",
        }

    def say(self, *words: str) -> Any:
        """Do what an admin does, in a process of its own."""
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "tests.support.outbound", *words],
            env=self.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout.splitlines()[-1])

    def one_more(self, name: str) -> AbstractContextManager[Popen[bytes]]:
        """Start a worker; those that were killed count as alive for a time, so nobody waits."""
        log = self.folder / f"{name}.log"
        return running(COMMAND, ready=lambda: True, environment=self.environment, log=log)


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


@pytest.fixture
def pushing(tmp_path: Path) -> Iterator[Pushing]:
    with migrated_database() as url:
        yield Pushing(url, tmp_path)


def planned(pushing: Pushing, fake: Fake, count: int) -> None:
    """Connect so many people, and have a plan worked out."""
    pushing.say("connect", fake.base_url, str(count))
    pushing.say("plan")
    pushing.wait_for(lambda: pushing.ask(STATE) == [("planned",)])


def test_a_change_is_planned_within_two_seconds_of_its_commit(pushing: Pushing, fake: Fake) -> None:
    with pushing.worker():
        planned(pushing, fake, 2)
        pushing.say("send")
        pushing.wait_for(lambda: pushing.ask(STATE) == [("done",)])
        assert len(fake.users()) == 2
        delays = []
        for number in range(5):
            pushing.say("join", f"new{number}")
            [(joined,)] = pushing.ask(JOINED)
            name = f"new{number}@acme.example"
            pushing.wait_for(lambda name=name: name in fake.users())  # type: ignore[misc]
            [(planned_at,), *_rest] = pushing.ask(WHEN_PLANNED, name)
            delays.append(planned_at - joined)
        assert max(delays) < 2.0, delays
        print("planned after", [f"{each:.2f}" for each in delays])  # noqa: T201


def test_what_a_killed_worker_created_is_found_and_there_once(pushing: Pushing, fake: Fake) -> None:
    with pushing.worker(name="first") as first:
        planned(pushing, fake, 1)

        def kill_after_creation(asked: Asked, answer: Answer) -> Answer:
            if (asked.method, asked.path) == ("POST", "/Users"):
                first.kill()
                first.wait()
            return answer

        fake.after = kill_after_creation
        pushing.say("send")
        pushing.wait_for(lambda: first.poll() is not None)
    assert len(fake.users()) == 1
    assert pushing.ask(ATTEMPTS) == [(1, "running")]

    fake.after = lambda _asked, answer: answer
    with pushing.worker(name="second"):
        pushing.wait_for(lambda: pushing.ask(STATE) == [("done",)])

    assert len(fake.users()) == 1
    posts = [each for each in fake.asked if (each.method, each.path) == ("POST", "/Users")]
    assert len(posts) == 1
    assert pushing.ask(ATTEMPTS) == [(2, "done")]


def test_workers_that_are_killed_at_random_leave_everybody_there_once(
    pushing: Pushing, fake: Fake
) -> None:
    people, kills = 300, 8
    chance = random.Random(7)  # noqa: S311 - decides when a test kills
    with ExitStack() as stack:
        workers: list[Popen[bytes]] = [
            stack.enter_context(pushing.worker(name=f"worker{number}")) for number in range(3)
        ]
        planned(pushing, fake, people)
        pushing.say("send")
        for number in range(kills):
            pushing.wait_for(
                lambda number=number: len(fake.users()) >= people * number // (kills + 1)  # type: ignore[misc]
            )
            time.sleep(chance.random() / 5)
            victim = workers.pop(chance.randrange(len(workers)))
            victim.kill()
            victim.wait()
            workers.append(stack.enter_context(pushing.one_more(f"next{number}")))
        pushing.wait_for(lambda: pushing.ask(STATE) == [("done",)], seconds=SECONDS)

    names = [each["userName"] for each in fake.held["Users"].values()]
    assert len(names) == len(set(names)) == people
    assert len(fake.members("Staff")) == people
    assert pushing.ask(OPEN) == [(0,)]
