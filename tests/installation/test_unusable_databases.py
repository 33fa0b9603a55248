"""A server refuses to start, in a sentence, where it would only answer errors."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from operations.checkout import BASE_DIR
from operations.installation import database
from operations.installation.database import of_database
from operations.installation.findings import Level
from tests.support.databases import migrated_database
from tests.support.processes import LOOPBACK, free_port

pytestmark = pytest.mark.django_db


def serve(tmp_path: Path, url: str, port: int, *words: str) -> "subprocess.CompletedProcess[str]":
    """The server's command, which is expected to end at once."""
    return subprocess.run(  # noqa: S603
        [sys.executable, BASE_DIR / "manage.py", "serve", "--port", str(port), *words],
        env={**os.environ, "DATABASE_URL": url, "GATEHOUSE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """What was said, which is one sentence or two and no traceback."""
    assert done.returncode == 1
    said = done.stderr.strip()
    assert "Gatehouse cannot serve: " in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return said


@contextmanager
def empty_database(*options: str) -> Iterator[str]:
    """The connection string of a new database with nothing in it."""
    with migrated_database() as url, psycopg.connect(url, autocommit=True) as admin:
        name = f"empty_{os.getpid()}_{free_port()}"
        made = sql.Identifier(name)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ").format(made)
            + sql.SQL(" ".join(options))
        )
        try:
            yield psycopg.conninfo.make_conninfo(url, dbname=name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(made))


def test_a_database_of_a_later_version_is_not_served(django_db_setup: None, tmp_path: Path) -> None:
    with migrated_database() as url:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(
                "INSERT INTO django_migrations (app, name, applied) "
                "VALUES ('scim', '9999_later', now())"
            )
        said = refused(serve(tmp_path, url, free_port()))

    assert "later version (scim.9999_later)" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "manage.py migrate"),
        (("ENCODING 'SQL_ASCII'", "LOCALE 'C'"), "SQL_ASCII"),
    ],
)
def test_a_database_that_is_not_set_up_is_not_served(
    options: tuple[str, ...], words: str, django_db_setup: None, tmp_path: Path
) -> None:
    with empty_database(*options) as url:
        said = refused(serve(tmp_path, url, free_port()))

    assert words in said


def test_a_port_that_is_taken_is_named(django_db_setup: None, tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        said = refused(serve(tmp_path, f"postgresql://x@{LOOPBACK}:9/x", port))

    assert f"port {port} of {LOOPBACK}" in said


def test_a_host_that_is_none_is_named(tmp_path: Path) -> None:
    url = f"postgresql://x@{LOOPBACK}:9/x"

    said = refused(serve(tmp_path, url, free_port(), "--host", "256.0.0.1"))

    assert "256.0.0.1" in said


def test_a_database_that_is_well_has_nothing_wrong() -> None:
    found = list(of_database())

    assert [each for each in found if each.level is Level.WRONG] == []
    assert {each.name for each in found} == {
        *("database", "database_version", "database_encoding", "database_role"),
        *("clock", "connections", "migrations"),
    }


@pytest.mark.parametrize(("oldest", "level"), [(99, Level.WRONG), (9, Level.GOOD)])
def test_an_old_version_is_wrong(
    oldest: int, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "OLDEST", oldest)

    (found,) = [each for each in of_database() if each.name == "database_version"]

    assert found.level is level


def test_a_version_past_its_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    major = int(connection.pg_version) // 10_000  # type: ignore[attr-defined]
    monkeypatch.setitem(database.ENDS, major, date(2020, 1, 1))

    (found,) = [each for each in of_database() if each.name == "database_version"]

    assert found.level is Level.ADVICE
    assert "2020-01-01" in found.says
