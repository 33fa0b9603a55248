"""The places of a worker: what waits for others leaves some of them, and one of its tenant's."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from accounts.jobs.errors import PutBackError
from accounts.jobs.kinds import BULK, DAILY, MAIL, PROVISIONING, QUEUES, RUNS, Kind, kinds
from accounts.jobs.places import ASIDE, Places
from accounts.jobs.queueing import RUN_JOB
from tests.support.workers import Asked, Works, works

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from procrastinate.job_context import JobContext
    from procrastinate.jobs import Job as QueuedJob
    from procrastinate.worker import Worker

RUNNING = "SELECT kind, tenant_id FROM accounts_job WHERE state = 'running'"
SPANS = """
SELECT arguments->>'number', tenant_id, started, ended FROM accounts_job
WHERE kind = %s ORDER BY started
"""


class Queued:
    """A queue in memory, in the order of which a worker takes."""

    def __init__(self, *queues: str) -> None:
        self.waiting = list(queues)

    async def fetch(self, queues: Iterable[str] | None) -> QueuedJob | None:
        """Take the first job of these queues."""
        for number, queue in enumerate(self.waiting):
            if queues is None or queue in queues:
                del self.waiting[number]
                return cast("QueuedJob", SimpleNamespace(queue=queue, task_name=RUN_JOB))
        return None


async def taken(places: Places, queued: Queued) -> Counter[str]:
    """Take until there is nothing more that has a place."""
    found: Counter[str] = Counter()
    while True:
        try:
            async with asyncio.timeout(0.05):
                job = await places.next_job(queued.fetch, None)
        except TimeoutError:
            return found
        if job is None:
            return found
        found[job.queue] += 1


@pytest.mark.parametrize(
    ("at_once", "operations", "runs"), [(1, 1, 1), (2, 1, 1), (3, 2, 1), (4, 3, 2), (8, 7, 6)]
)
def test_what_asks_targets_leaves_a_place_and_working_out_leaves_two(
    at_once: int, operations: int, runs: int
) -> None:
    async def places() -> None:
        assert (await taken(Places(at_once), Queued(*[PROVISIONING] * 20)))[
            PROVISIONING
        ] == operations
        assert (await taken(Places(at_once), Queued(*[RUNS] * 20)))[RUNS] == runs
        both = await taken(Places(at_once), Queued(*[RUNS, PROVISIONING] * 20))
        assert both.total() == operations
        assert both[RUNS] <= runs
        others = await taken(Places(at_once), Queued(*[RUNS] * 20, *[MAIL] * 20, *[BULK] * 20))
        assert others.total() == at_once
        assert others[RUNS] == (runs if at_once > 1 else others[RUNS])

    asyncio.run(places())


def test_a_place_that_is_free_again_is_given_to_who_waits_for_it() -> None:
    async def place() -> None:
        places = Places(2)
        queued = Queued(PROVISIONING, PROVISIONING)
        ended = asyncio.Event()
        first = await places.next_job(queued.fetch, None)
        doing = asyncio.create_task(
            places.doing(
                ended.wait,
                cast("JobContext", SimpleNamespace(job=first)),
                cast("Worker", None),
            )
        )
        following = asyncio.create_task(places.next_job(queued.fetch, None))
        await asyncio.sleep(0.3)
        assert not following.done()

        ended.set()
        await doing
        async with asyncio.timeout(0.2):
            job = await following
        assert job is not None
        assert job.queue == PROVISIONING

    asyncio.run(place())


def test_a_worker_that_is_to_stop_takes_nothing_more() -> None:
    async def stop() -> None:
        places = Places(1)
        queued = Queued(PROVISIONING, MAIL)
        await places.next_job(queued.fetch, None)
        waiting = asyncio.create_task(places.next_job(queued.fetch, None))
        await asyncio.sleep(0.05)

        places.stop()
        assert await waiting is None
        assert queued.waiting == [MAIL]

    asyncio.run(stop())


def test_a_tenant_leaves_a_place_of_those_that_reach_out_to_another() -> None:
    async def tenants() -> None:
        places = Places(4)
        with places.for_tenant(1), places.for_tenant(1):
            with pytest.raises(PutBackError), places.for_tenant(1):
                pass
            with places.for_tenant(2):
                pass
        with places.for_tenant(1):
            pass
        with Places(1).for_tenant(1):
            pass

    asyncio.run(tenants())


def test_the_kinds_of_a_queue_leave_the_same_and_what_reaches_out_leaves_some() -> None:
    by_queue: dict[str, set[int]] = {queue: set() for queue in QUEUES}
    for kind in kinds().values():
        by_queue[kind.queue].add(kind.leaves)
        assert kind.leaves or not kind.reaches_out, kind.name

    assert by_queue == {MAIL: {0}, DAILY: {0}, BULK: {0}, PROVISIONING: {1}, RUNS: {2}}


def test_a_run_of_a_tenant_has_the_lock_of_its_tenant() -> None:
    kind: Kind[Any] = kinds()["provisioning.work_out_run"]

    assert kind.lock_of(1) == kind.lock_of(1) != kind.lock_of(2)
    assert kinds()["provisioning.perform_operations"].lock_of(1) is None


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Works]:
    with works(tmp_path) as found:
        yield found


def doing(work: Works) -> Counter[tuple[str, int]]:
    """Count the jobs that are being done, by kind and tenant."""
    return Counter(work.ask(RUNNING))


@pytest.mark.slow
@pytest.mark.django_db
class TestWorkers:
    def test_others_go_on_while_all_that_reaches_out_hangs(self, work: Works) -> None:
        slugs = ("acme", "globex", "initech", "umbrella", "hooli")
        hanging: list[Asked] = [("tests.hang", slug, {"seconds": 8}) for slug in slugs]
        others: list[Asked] = [("tests.leave_a_mark", "acme", {"number": n}) for n in range(20)]
        mails: list[Asked] = [("tests.mail_a_number", None, {"number": n}) for n in range(20)]
        work.queue(*hanging, *others, *mails)

        with work.worker():
            work.wait_for(lambda: work.jobs(kind="tests.hang", state="running") == 3)
            began = time.monotonic()
            work.wait_for(lambda: work.jobs(state="done") == 40)
            took = time.monotonic() - began
            assert work.jobs(kind="tests.hang", state="running") == 3
            work.wait_for(lambda: work.jobs(kind="tests.hang", state="done") == 5)
        print(f"40 others within {took:.1f} s")  # noqa: T201
        assert took < 6

    def test_a_worker_with_one_place_does_everything(self, work: Works) -> None:
        work.queue(
            ("tests.hang", "acme", {"seconds": 1}),
            ("tests.walk", "acme", {"steps": 2, "number": 1}),
            ("tests.leave_a_mark", "acme", {"number": 1}),
        )

        with work.worker("--at-once", "1"):
            work.wait_for(lambda: work.jobs(state="done") == 3)

    def test_a_tenant_with_many_that_hang_leaves_a_place_to_another(self, work: Works) -> None:
        many: list[Asked] = [("tests.hang", "acme", {"seconds": 6}) for _ in range(4)]
        work.queue(*many)

        with work.worker():
            work.wait_for(lambda: work.jobs(kind="tests.hang", state="running") == 2)
            time.sleep(1)
            assert sum(doing(work).values()) == 2
            work.queue(("tests.hang", "globex", {"seconds": 0}))
            began = time.monotonic()
            work.wait_for(lambda: work.jobs(kind="tests.hang", state="done") >= 1)
            took = time.monotonic() - began
            work.wait_for(lambda: work.jobs(kind="tests.hang", state="done") == 5)
        print(f"the other tenant's after {took:.1f} s")  # noqa: T201
        assert took < 3
        # Waiting for others is no attempt.
        assert work.jobs(kind="tests.hang", attempts=1) == 5

    def test_one_run_of_a_tenant_is_worked_out_at_a_time(self, work: Works) -> None:
        runs: list[Asked] = [
            ("tests.walk", slug, {"steps": 15, "number": number})
            for number, slug in enumerate(["acme", "acme", "globex"])
        ]
        work.queue(*runs)

        with work.worker(name="first"), work.worker(name="second"):
            work.wait_for(lambda: work.jobs(kind="tests.walk", state="done") == 3)

        spans = work.ask(SPANS, "tests.walk")
        [mine, *_others] = {tenant for number, tenant, *_ in spans if number == "0"}
        ours = [span for span in spans if span[1] == mine]
        [theirs] = [span for span in spans if span[1] != mine]
        assert all(before[3] <= after[2] for before, after in pairwise(ours))
        assert theirs[2] < ours[0][3]

    def test_long_runs_take_turns_and_what_is_due_goes_between_them(self, work: Works) -> None:
        runs: list[Asked] = [
            ("tests.walk", slug, {"steps": 30, "number": number})
            for number, slug in enumerate(["acme", "globex", "hooli"])
        ]
        work.queue(*runs, ("tests.hang", "initech", {"seconds": 0}))
        with work.worker("--at-once", "2"):
            work.wait_for(lambda: work.jobs(state="done") == 4)

        ended = [end for _number, _tenant, _begin, end in work.ask(SPANS, "tests.walk")]
        begun = [begin for _number, _tenant, begin, _end in work.ask(SPANS, "tests.walk")]
        [(_none, _tenant, _begin, due_done)] = work.ask(SPANS, "tests.hang")
        assert max(begun) < min(ended)
        assert due_done < min(ended)

    def test_more_give_way_than_have_threads_for_it_and_all_end(self, work: Works) -> None:
        slugs = [f"tenant{number}" for number in range(ASIDE + 4)]
        runs: list[Asked] = [("tests.walk", slug, {"steps": 10, "number": 1}) for slug in slugs]
        work.queue(*runs)

        with work.worker("--at-once", "1"):
            done = partial(work.jobs, kind="tests.walk", state="done")
            work.wait_for(lambda: done() == len(slugs))
