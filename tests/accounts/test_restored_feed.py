"""A database that was restored from a dump tells readers of its feed to start over.

The dump keeps the numbers of the transactions that wrote the entries, and the server that it is
restored to counts its own from low numbers again: a reader that went on from its position there
would see nothing for long, and never what was written meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from operations.checkout import BASE_DIR
from tests.support.databases import migrated_database
from tests.support.postgres_server import postgres_server

if TYPE_CHECKING:
    from pathlib import Path

# Alone: a transaction of another test holds the feed of every database of the server back.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STARTS_OVER = 3


def manage(database_url: str, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """The status of a command and what it prints, by lines."""
    done = subprocess.run(  # noqa: S603 - the project's own commands
        [sys.executable, BASE_DIR / "manage.py", *words],
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "tests.support.server_settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def number_of(position: str) -> int:
    """The number of the transaction of a position."""
    return int(position.split(":")[1])


def make_tenant(database_url: str, slug: str) -> None:
    words = ("--name", slug, "--admin-email", f"admin@{slug}.example", "--json")
    assert manage(database_url, "create_tenant", slug, *words)[0] == 0


def test_a_reader_starts_over_after_a_dump_was_restored(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    with migrated_database() as original, postgres_server() as server:
        make_tenant(original, "before")
        _status, lines = manage(original, "changes")
        kept = lines[-1]["position"]
        server.run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={original}")
        restored = server.empty("restored")
        server.run(
            "pg_restore", "--single-transaction", "--no-owner", f"--dbname={restored}", str(dump)
        )
        make_tenant(restored, "after")

        assert manage(restored, "changes", "--since", kept) == (STARTS_OVER, [])
        _status, (latest,) = manage(restored, "changes", "--latest")
        make_tenant(restored, "later")
        assert number_of(latest["position"]) < number_of(kept)
        status, lines = manage(restored, "changes", "--since", latest["position"])

        assert status == 0
        assert {line["tenant"] for line in lines} >= {"later"}
        # Whoever goes on here cannot go back to the original either, which still knows its own.
        assert manage(original, "changes", "--since", lines[-1]["position"])[0] == STARTS_OVER
        assert manage(original, "changes", "--since", kept)[0] == 0
