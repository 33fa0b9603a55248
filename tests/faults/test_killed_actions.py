"""An action on many people, and its undoing, whose worker is killed in the middle."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.workers import Works, works

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PEOPLE = 300
SOME = 20
SECONDS = 240

KIND = "CASE WHEN undoes IS NULL THEN 'action' ELSE 'undo' END"
DONE = f"""
SELECT count(*) FROM accounts_actionline l JOIN accounts_actionresult r ON r.id = l.result_id
WHERE outcome = 'done' AND {KIND} = %s
"""  # noqa: S608 - our own words
INACTIVE = "SELECT count(*) FROM accounts_user WHERE NOT active"
NAMED = (
    "SELECT count(*), count(DISTINCT target_id) FROM accounts_auditentry "
    "WHERE action = %s AND actor = 'alice'"
)
STATE = f"SELECT state FROM accounts_actionresult WHERE {KIND} = %s"  # noqa: S608 - our own words
ACTION, UNDO = "action", "undo"


def test_another_worker_does_the_rest_and_nobody_twice(tmp_path: Path) -> None:
    with works(tmp_path) as work:
        begin(work, str(PEOPLE))
        kill_in_the_middle(work, ACTION)
        [(done,)], [(inactive,)] = work.ask(DONE, ACTION), work.ask(INACTIVE)

        assert SOME <= done == inactive < PEOPLE
        assert work.ask(STATE, ACTION) == [("going",)]
        with work.worker(name="second"):
            work.wait_for(lambda: work.ask(STATE, ACTION) == [("over",)], seconds=SECONDS)

            assert work.ask(DONE, ACTION) == work.ask(INACTIVE) == [(PEOPLE,)]
            assert work.ask(NAMED, "user.deactivated") == [(PEOPLE, PEOPLE)]

        begin(work, "undo")
        kill_in_the_middle(work, UNDO)
        [(done,)], [(inactive,)] = work.ask(DONE, UNDO), work.ask(INACTIVE)

        assert SOME <= done == PEOPLE - inactive < PEOPLE
        with work.worker(name="fourth"):
            work.wait_for(lambda: work.ask(STATE, UNDO) == [("over",)], seconds=SECONDS)

        assert work.ask(DONE, UNDO) == [(PEOPLE,)]
        assert work.ask(INACTIVE) == [(0,)]
        assert work.ask(NAMED, "user.reactivated") == [(PEOPLE, PEOPLE)]


def kill_in_the_middle(work: Works, which: str) -> None:
    """Let a worker do some of it, and kill it."""
    with work.worker(name=f"killed {which}") as worker:
        work.wait_for(lambda: work.ask(DONE, which)[0][0] >= SOME)
        worker.kill()
        worker.wait()


def begin(work: Works, what: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.support.begin_action", what],
        env=work.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
