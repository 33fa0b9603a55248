"""``python -m benchmarks.outbound_faults``: workers that are killed, and a target that misbehaves.

The slow tests of ``tests/faults/test_outbound.py`` with as many people, kills and restarts as one
has the time for.  Ends with status 1 when somebody is missing, there twice, or taken away wrongly.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.databases import DatabaseServer
from tests.provisioning.engine.scim_fake import fake_scim
from tests.support.pushing import Pushing, push_and_kill, push_through_chaos


def main() -> None:
    """Do what is asked for, and print a line of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20, help="Workers that are killed.")
    parser.add_argument("--restarts", type=int, default=5, help="Restarts of the target.")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--only", choices=("kills", "chaos"))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    server = DatabaseServer()
    try:
        if asked.only != "chaos":
            with TemporaryDirectory() as folder, fake_scim() as fake:
                killed = push_and_kill(
                    _pushing(server, folder),
                    fake,
                    people=asked.people,
                    kills=asked.kills,
                    seed=asked.seed,
                )
            sys.stdout.write(f"{killed}\n")
        if asked.only != "kills":
            with TemporaryDirectory() as folder:
                lived = push_through_chaos(
                    _pushing(server, folder),
                    people=asked.people,
                    restarts=asked.restarts,
                    seed=asked.seed,
                )
            sys.stdout.write(f"{lived}\n")
    finally:
        server.drop_all()


def _pushing(server: DatabaseServer, folder: str) -> Pushing:
    """Return a migrated database with nobody in it."""
    pushing = Pushing(server.make("faults").url, Path(folder))
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    subprocess.run(migrate, env={**os.environ, **pushing.environment}, check=True)  # noqa: S603
    return pushing


if __name__ == "__main__":
    main()
