"""At start the server says what it may open of what PostgreSQL takes, and if that is too much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from operations.bounds import Bounds
from tests.support.installation import serving_gatehouse
from tests.support.postgres_server import PostgresServer, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.plugin import DjangoDbBlocker

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MOST = 14
RESERVED = 3  # For superusers, as PostgreSQL has it.


@pytest.fixture(scope="module")
def postgres(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[PostgresServer]:
    """A PostgreSQL server that takes few connections."""
    with django_db_blocker.unblock(), postgres_server("-c", f"max_connections={MOST}") as server:
        yield server


@pytest.fixture(scope="module")
def database_url(postgres: PostgresServer) -> str:
    return postgres.migrated("gatehouse")


@pytest.mark.parametrize(
    ("workers", "threads", "fits"), [(2, 6, False), (1, 10, False), (1, 9, True), (2, 3, True)]
)
def test_a_server_says_whether_its_workers_and_threads_fit_the_database(
    database_url: str, tmp_path: Path, *, workers: int, threads: int, fits: bool
) -> None:
    needed = Bounds(workers=workers, threads=threads).database_connections
    assert (needed <= MOST - RESERVED) is fits

    with serving_gatehouse(
        tmp_path,
        database_url=database_url,
        GATEHOUSE_WORKERS=str(workers),
        GATEHOUSE_THREADS=str(threads),
    ) as gatehouse:
        (said,) = re.findall(r".* connections to the database, .*", gatehouse.log.read_text())

    assert f"{workers} workers of {threads} threads open up to {needed} connections" in said
    assert f"which takes {MOST - RESERVED}" in said
    remedies = "requests will be refused. Lower GATEHOUSE_WORKERS or GATEHOUSE_THREADS, or raise"
    assert (remedies in said) is not fits
