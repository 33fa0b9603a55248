"""Worker processes on a database of their own, and the jobs that they do."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg

from tests.support.databases import migrated_database
from tests.support.processes import PATIENCE, running

COMMAND = [sys.executable, "-m", "django", "worker"]
ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 s'"


Asked = tuple[str, str | None, Mapping[str, object]]
"""A job to be queued: kind, slug of the tenant or nothing, arguments."""


@dataclass(frozen=True)
class Works:
    """A database with jobs, and the folder to which workers write their mail."""

    database_url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What processes need to work there."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "tests.support.worker_settings",
            "GATEHOUSE_DATA_DIR": str(self.folder),
        }

    def ask(self, statement: str, *values: object) -> list[Any]:
        """Return the rows of a statement."""
        with psycopg.connect(self.database_url, autocommit=True) as database:
            return database.execute(statement, values).fetchall()

    def jobs(self, **what: object) -> int:
        """Count the jobs of these tests that have these values."""
        where = "".join(f" AND {name} = %s" for name in what)
        counting = f"SELECT count(*) FROM accounts_job WHERE starts_with(kind, 'tests.'){where}"  # noqa: S608
        [(count,)] = self.ask(counting, *what.values())
        return int(count)

    def queue(self, *jobs: Asked) -> None:
        """Queue jobs, each in a transaction of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.queue_jobs"],
            input=json.dumps(jobs).encode(),
            env=self.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def wait_for(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: It is not so after ``seconds``; what the workers printed is told.
        """
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                logs = [path.read_text()[-2_000:] for path in self.folder.glob("*.log")]
                raise AssertionError(f"It did not come to be so. {logs}")
            time.sleep(0.2)

    @contextmanager
    def worker(self, *options: str, name: str = "worker") -> Iterator["Popen[bytes]"]:
        """Run a worker until the block ends."""
        before = self.ask(ALIVE)[0][0]
        log = self.folder / f"{name}.log"

        def is_there() -> bool:
            return bool(self.ask(ALIVE)[0][0] > before)

        with running(
            [*COMMAND, *options], ready=is_there, environment=self.environment, log=log
        ) as process:
            yield process


@contextmanager
def works(folder: Path) -> Iterator[Works]:
    """Have a migrated database for workers until the block ends."""
    with migrated_database() as url:
        yield Works(url, folder)
