"""Real workers: what is queued is done, whoever stops, dies or breaks."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import LOOPBACK, free_port
from tests.support.workers import COMMAND, Asked, Works, works

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MARKS = "SELECT details->>'number', count(*) FROM accounts_auditentry WHERE action = %s GROUP BY 1"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Works]:
    with works(tmp_path) as found:
        yield found


def test_a_worker_does_what_was_queued_and_goes_on_after_one_that_fails(work: Works) -> None:
    work.queue(
        ("tests.break_each_time", "acme", {"number": 1}),
        ("tests.leave_a_mark", "acme", {"number": 2}),
        ("tests.mail_a_number", None, {"number": 3}),
    )

    with work.worker():
        work.wait_for(lambda: work.jobs(state="done") == 2 and work.jobs(state="failed") == 1)
        # What is queued while it runs, it is told.
        work.queue(("tests.leave_a_mark", "acme", {"number": 4}))
        work.wait_for(lambda: work.jobs(state="done") == 3)

    assert sorted(work.ask(MARKS, "test.effect")) == [("2", 1), ("4", 1)]
    assert [reason for (reason,) in work.ask("SELECT error FROM accounts_job WHERE error <> ''")]
    [(kept, left)] = work.ask(
        "SELECT count(*), count(*) FILTER (WHERE status <> 'failed') FROM procrastinate_jobs "
        "WHERE task_name = 'gatehouse.run_job'"
    )
    assert (kept, left) == (1, 0)


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(work: Works) -> None:
    work.queue(
        ("tests.take_long", "acme", {"seconds": 4}), ("tests.leave_a_mark", "acme", {"number": 1})
    )

    with work.worker("--at-once", "1") as process:
        work.wait_for(lambda: work.jobs(state="running", total=4) == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert work.jobs(kind="tests.take_long", state="done") == 1
    assert work.jobs(kind="tests.leave_a_mark", state="waiting") == 1


def test_who_has_one_job_does_not_wait_for_all_that_another_tenant_has_queued(work: Works) -> None:
    many: list[Asked] = [("tests.leave_a_mark", "acme", {"number": n}) for n in range(60)]
    work.queue(
        *many,
        ("tests.leave_a_mark", "globex", {"number": 60}),
        ("tests.mail_a_number", None, {"number": 61}),
    )

    with work.worker("--at-once", "1"):
        work.wait_for(lambda: work.jobs(state="done") == 62)

    order = "SELECT tenant_id, arguments->>'number' FROM accounts_job WHERE state = 'done' "
    order += "AND kind LIKE 'tests.%%' ORDER BY started"
    done = [int(number) for _tenant, number in work.ask(order)]
    # Whose first turn it is comes at once; what one tenant has queued is done in its order.
    assert set(done[:4]) >= {60, 61}
    assert [number for number in done if number < 60] == list(range(60))


def test_a_worker_of_one_queue_leaves_the_others_alone(work: Works) -> None:
    work.queue(
        ("tests.leave_a_mark", "acme", {"number": 1}), ("tests.mail_a_number", None, {"number": 2})
    )

    with work.worker("--queue", "mail"):
        work.wait_for(lambda: work.jobs(state="done") == 1)
        time.sleep(1)

    assert work.jobs(queue="daily", state="waiting") == 1


def test_a_worker_of_an_older_version_leaves_newer_jobs_to_a_newer_one(work: Works) -> None:
    work.queue(("tests.leave_a_mark", "acme", {"number": 1}))
    older = {**work.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    with (work.folder / "older.log").open("wb") as log:
        process = subprocess.Popen(COMMAND, env=older, stdout=log, stderr=log)  # noqa: S603
        try:
            unknown = "SELECT count(*) FROM accounts_job WHERE error LIKE '%%knows no job%%'"
            work.wait_for(lambda: work.ask(unknown)[0][0] == 1)
        finally:
            process.terminate()
            process.wait(30)

    assert work.jobs(state="waiting", attempts=0) == 1
    work.ask("UPDATE procrastinate_jobs SET scheduled_at = now() RETURNING id")
    with work.worker():
        work.wait_for(lambda: work.jobs(state="done") == 1)


def test_what_a_killed_worker_had_begun_another_does(work: Works) -> None:
    work.queue(("tests.take_long", "acme", {"seconds": 3}))

    with work.worker(name="killed") as process:
        work.wait_for(lambda: work.jobs(state="running") == 1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with work.worker():
        work.wait_for(lambda: work.jobs(state="done", attempts=2) == 1, seconds=150)


def test_a_worker_that_others_have_given_up_for_dead_says_so_and_starts_again(
    work: Works, tmp_path: Path
) -> None:
    with work.worker(name="frozen") as process:
        work.ask("DELETE FROM procrastinate_workers RETURNING id")
        work.queue(("tests.leave_a_mark", "acme", {"number": 1}))
        assert process.wait(60) == 1
    said = (tmp_path / "frozen.log").read_text()

    assert "not heard of for 30 seconds" in said
    assert "Traceback" not in said
    with work.worker():
        work.wait_for(lambda: work.jobs(state="done") == 1)


def test_what_the_queue_has_lost_a_worker_that_starts_finds(work: Works) -> None:
    work.queue(("tests.leave_a_mark", "acme", {"number": 1}))
    work.ask("DELETE FROM procrastinate_jobs RETURNING id")
    work.ask("UPDATE accounts_job SET due = due - interval '6 minutes' RETURNING id")

    with work.worker():
        work.wait_for(lambda: work.jobs(state="done") == 1)

    assert work.ask(MARKS, "test.effect") == [("1", 1)]


def test_a_worker_without_a_database_ends_with_a_sentence_for_whoever_starts_it_again(
    tmp_path: Path,
) -> None:
    away = Works(f"postgresql://nobody:x@{LOOPBACK}:{free_port()}/none", tmp_path)
    done = subprocess.run(  # noqa: S603 - our own words
        COMMAND, env=away.environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", [("--at-once", "0"), ("--queue", "none")])
def test_an_unusable_option_ends_with_a_message(option: tuple[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [*COMMAND, *option], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert option[0] in done.stderr
    assert "Traceback" not in done.stderr
