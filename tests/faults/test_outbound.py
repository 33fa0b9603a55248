"""Provisioning by real workers: a change arrives soon, and a worker that dies loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.databases import migrated_database
from tests.support.pushing import STATE, Pushing, push_and_kill, push_through_chaos

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.provisioning.engine.scim_fake import Answer, Asked

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PEOPLE, KILLS = 300, 8
CHAOTIC, RESTARTS = 100, 2
"""``python -m benchmarks.outbound_faults`` does the same with more."""
ATTEMPTS = "SELECT attempts, state FROM provisioning_operation WHERE kind = 'User'"
WHEN_PLANNED = """
SELECT extract(epoch FROM created)::float FROM provisioning_operation WHERE name = %s
"""
JOINED = """
SELECT extract(epoch FROM max(at))::float FROM accounts_auditentry
WHERE action = 'group.members_changed'
"""


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


@pytest.fixture
def pushing(tmp_path: Path) -> Iterator[Pushing]:
    with migrated_database() as url:
        yield Pushing(url, tmp_path)


def test_a_change_is_planned_within_two_seconds_of_its_commit(pushing: Pushing, fake: Fake) -> None:
    with pushing.worker():
        pushing.planned(fake, 2)
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
        pushing.planned(fake, 1)

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
    print(push_and_kill(pushing, fake, people=PEOPLE, kills=KILLS, seed=7))  # noqa: T201


def test_a_target_that_fails_slows_down_and_restarts_comes_to_hold_what_it_should(
    pushing: Pushing,
) -> None:
    print(push_through_chaos(pushing, people=CHAOTIC, restarts=RESTARTS, seed=7))  # noqa: T201
