"""An action on many people whose worker is killed in the middle."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.workers import Works, works

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PEOPLE = 300
SOME = 20
SECONDS = 240

DONE = "SELECT count(*) FROM accounts_actionline WHERE outcome = 'done'"
INACTIVE = "SELECT count(*) FROM accounts_user WHERE NOT active"
NAMED = (
    "SELECT count(*), count(DISTINCT target_id) FROM accounts_auditentry "
    "WHERE action = 'user.deactivated' AND actor = 'alice'"
)
STATE = "SELECT state FROM accounts_actionresult"


def test_another_worker_does_the_rest_and_nobody_twice(tmp_path: Path) -> None:
    with works(tmp_path) as work:
        begin(work)
        with work.worker(name="first") as first:
            work.wait_for(lambda: work.ask(DONE)[0][0] >= SOME)
            first.kill()
            first.wait()
        [(done,)], [(inactive,)] = work.ask(DONE), work.ask(INACTIVE)

        assert SOME <= done == inactive < PEOPLE
        assert work.ask(STATE) == [("going",)]
        with work.worker(name="second"):
            work.wait_for(lambda: work.ask(STATE) == [("over",)], seconds=SECONDS)

        assert work.ask(DONE) == work.ask(INACTIVE) == [(PEOPLE,)]
        assert work.ask(NAMED) == [(PEOPLE, PEOPLE)]


def begin(work: Works) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.support.begin_action", str(PEOPLE)],
        env=work.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
