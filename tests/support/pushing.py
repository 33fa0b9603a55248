"""Workers that push people to a target on this machine, and what may happen to either meanwhile."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from tests.provisioning.engine.scim_fake import DropConnection, Fake, fake_scim
from tests.support.processes import running
from tests.support.workers import COMMAND, Works

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from subprocess import Popen

    from tests.provisioning.engine.scim_fake import Answer, Asked

SECONDS: Final = 600
STATE: Final = "SELECT state FROM provisioning_run ORDER BY id DESC LIMIT 1"
OPEN: Final = """
SELECT count(*) FROM provisioning_operation
WHERE state NOT IN ('done', 'cancelled') AND NOT (state = 'planned')
"""
WORKERS: Final = 3
LEAVING: Final = 15
"""Fewer than the removals that wait until an admin allows them."""


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

    def planned(self, fake: Fake, count: int) -> None:
        """Connect so many people, and have a plan worked out."""
        self.say("connect", fake.base_url, str(count))
        self.say("plan")
        self.wait_for(lambda: self.ask(STATE) == [("planned",)], seconds=SECONDS)

    def wait_until_all_is_done(self) -> None:
        """Wait until no operation is left, and no run."""
        ended = ("done", "incomplete", "stopped", "replaced")
        self.wait_for(
            lambda: self.ask(OPEN) == [(0,)] and self.ask(STATE)[0][0] in ended, seconds=SECONDS
        )


def push_and_kill(pushing: Pushing, fake: Fake, *, people: int, kills: int, seed: int) -> str:
    """Push so many people by three workers, of which one is killed again and again.

    Raises:
        AssertionError: Somebody is not there once, or an operation is left.
    """
    chance = random.Random(seed)  # noqa: S311 - decides when a test kills
    with ExitStack() as stack:
        workers: list[Popen[bytes]] = [
            stack.enter_context(pushing.worker(name=f"worker{number}")) for number in range(WORKERS)
        ]
        pushing.planned(fake, people)
        fake.accepts_twins = True
        pushing.say("send")
        began = time.monotonic()
        for number in range(kills):
            share = people * number // (kills + 1)
            pushing.wait_for(
                lambda share=share: len(fake.held["Users"]) >= share,  # type: ignore[misc]
                seconds=SECONDS,
            )
            time.sleep(chance.random() / 2)
            victim = workers.pop(chance.randrange(len(workers)))
            victim.kill()
            victim.wait()
            workers.append(stack.enter_context(pushing.one_more(f"next{number}")))
        pushing.wait_until_all_is_done()
        took = time.monotonic() - began
    assert_everybody_is_there_once(fake, people)
    assert len(fake.members("Staff")) == people
    [(operations,)] = pushing.ask("SELECT count(*) FROM provisioning_operation")
    [(again,)] = pushing.ask("SELECT count(*) FROM provisioning_operation WHERE attempts > 1")
    return (
        f"{operations} operations, {kills} workers killed, {again} taken up again, "
        f"{took:.0f} s: everybody there once, none left"
    )


def assert_everybody_is_there_once(fake: Fake, people: int) -> None:
    names = Counter(each["userName"] for each in fake.held["Users"].values())
    assert len(names) == people
    assert [name for name, count in names.items() if count > 1] == []


class Chaos:
    """Lets a fake fail with some requests, at random, before or after it has done them."""

    SHARE: Final = 0.1
    _KINDS: Final = ("500", "503", "429", "broken before", "broken after", "slow")

    def __init__(self, fake: Fake, seed: int) -> None:
        self.met: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311 - decides what a test's target does
        self._lock = threading.Lock()
        self._fake = fake
        fake.before = self._before
        fake.after = self._after

    def end(self) -> None:
        """Do everything from now on."""
        self._fake.before = lambda _asked: None
        self._fake.after = lambda _asked, answer: answer

    def _before(self, _asked: Asked) -> Answer | None:
        kind = self._drawn(self._KINDS[:4])
        if kind == "broken before":
            raise DropConnection
        if kind == "500":
            return 500, {"detail": "Something broke."}, {}
        if kind in {"503", "429"}:
            return int(kind), {"detail": "Later."}, {"Retry-After": "1"}
        return None

    def _after(self, _asked: Asked, answer: Answer) -> Answer:
        kind = self._drawn(self._KINDS[4:])
        if kind == "broken after":
            raise DropConnection
        if kind == "slow":
            time.sleep(self._chance.random())
        return answer

    def _drawn(self, kinds: tuple[str, ...]) -> str:
        with self._lock:
            if self._chance.random() >= self.SHARE * len(kinds) / len(self._KINDS):
                return ""
            kind = self._chance.choice(kinds)
            self.met[kind] += 1
            return kind


def push_through_chaos(pushing: Pushing, *, people: int, restarts: int, seed: int) -> str:
    """Push people to a target that fails, slows down and restarts; let some leave, some come.

    Raises:
        AssertionError: Somebody is there twice, or not, or somebody was taken away wrongly.
    """
    leaving = min(people // 10, LEAVING)
    chance = random.Random(seed)  # noqa: S311 - decides when a test restarts
    with ExitStack() as stack:
        for number in range(WORKERS):
            stack.enter_context(pushing.worker(name=f"worker{number}"))
        target = _Restarted(stack)
        fake = target.fake
        pushing.planned(fake, people)
        fake.accepts_twins = True
        chaos = Chaos(fake, seed)
        pushing.say("send")
        began = time.monotonic()
        for number in range(restarts):
            share = people * number // (restarts + 1)
            pushing.wait_for(
                lambda share=share: len(fake.held["Users"]) >= share,  # type: ignore[misc]
                seconds=SECONDS,
            )
            target.restart(away=chance.random() * 2)
        pushing.wait_until_all_is_done()
        assert_everybody_is_there_once(fake, people)
        assert gone_or_inactive(fake) == set()

        pushing.say("leave", str(leaving))
        pushing.say("join", "newcomer")
        pushing.say("compare")
        target.restart(away=1)
        there = people + 1 - leaving
        pushing.wait_for(lambda: len(fake.members("Staff")) == there, seconds=SECONDS)
        pushing.wait_until_all_is_done()
        chaos.end()
        pushing.say("compare")
        pushing.wait_for(lambda: pushing.ask(STATE) == [("done",)], seconds=SECONDS)
        pushing.wait_until_all_is_done()
        took = time.monotonic() - began
    left = {f"p{number}@acme.example" for number in range(leaving)}
    assert gone_or_inactive(fake) == left
    assert_everybody_is_there_once(fake, people + 1)
    assert len(fake.members("Staff")) == there
    return (
        f"{len(fake.asked)} requests of {people} people, {restarts + 1} restarts, "
        f"{dict(chaos.met)}, {took:.0f} s: everybody there once, {leaving} left and nobody else"
    )


def gone_or_inactive(fake: Fake) -> set[str]:
    """Return who was deactivated; who was deleted is missed where people are counted."""
    return {each["userName"] for each in fake.held["Users"].values() if each.get("active") is False}


class _Restarted:
    """A fake that is away for a time and comes back where it was, with what it held."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._served = stack.enter_context(ExitStack())
        self.fake = self._served.enter_context(fake_scim())

    def restart(self, *, away: float) -> None:
        """Answer nobody for so long."""
        self._served.close()
        time.sleep(away)
        self._served = self._stack.enter_context(ExitStack())
        self._served.enter_context(fake_scim(self.fake))
