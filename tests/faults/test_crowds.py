"""Very many clients at once: bounded threads, sessions and queues, and room for everybody else."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx2
import psycopg
import pytest

from operations.checkout import BASE_DIR
from tests.faults.conftest import Product, meanwhile, observe

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

CLIENTS = 300
REQUESTS = 8
A_FEW = 2  # A look at readiness, the request log's connection.
THREADS = 6  # As operations.bounds has it.


def crowd(product: Product, clients: int) -> set[tuple[int, bool]]:
    """So many connections of one token that ask again at once; statuses, and if they say when."""
    url = f"{product.gatehouse.url}/scim/v2/Users?count=1"
    headers = {"Authorization": f"Bearer {product.acme.token}"}

    def ask(_number: int) -> set[tuple[int, bool]]:
        with httpx2.Client(verify=False, trust_env=False, timeout=60, headers=headers) as client:
            answers = [client.get(url) for _ in range(REQUESTS)]
        return {(answer.status_code, "Retry-After" in answer.headers) for answer in answers}

    with ThreadPoolExecutor(clients) as pool:
        return set().union(*pool.map(ask, range(clients)))


class Held(NamedTuple):
    """What the workers hold at a moment: bytes, threads, open files, sessions at the database."""

    memory: int
    threads: list[int]
    files: int
    sessions: int


def held(product: Product) -> Held:
    workers = product.gatehouse.workers()
    return Held(
        product.memory()["VmRSS"],
        [entries(pid, "task") for pid in workers],
        sum(entries(pid, "fd") for pid in workers),
        sessions(product),
    )


def entries(pid: int, folder: str) -> int:
    """How many threads (``task``) or open files (``fd``) a process has."""
    return len(list(Path(f"/proc/{pid}/{folder}").iterdir()))


def sessions(product: Product) -> int:
    with psycopg.connect(product.gatehouse.environment["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row
    return int(row[0])


def test_three_hundred_clients_are_served_or_told_when_to_come_again(product: Product) -> None:
    observe(product.get, seconds=1, at_once=8)
    before = held(product)

    answers = crowd(product, CLIENTS)

    assert (200, False) in answers
    assert answers <= {(200, False), (503, True)}
    after = held(product)
    assert after.threads == before.threads
    assert after.sessions <= 2 * (THREADS + 2)
    assert set(observe(product.get, seconds=1).statuses) == {200}


def test_a_minute_after_three_hundred_clients_everything_is_as_it_was(product: Product) -> None:
    crowd(product, CLIENTS)  # What a process keeps of its first ones, such as caches, stays.
    observe(product.get, seconds=1)
    before = held(product)

    crowd(product, CLIENTS)
    time.sleep(60)

    after = held(product)
    assert after.threads == before.threads
    assert after.files <= before.files + A_FEW
    assert after.sessions <= before.sessions + A_FEW
    assert after.memory < before.memory * 1.05


def flood(product: Product, *, connections: int, seconds: float) -> dict[str, Any]:
    """What one token was answered over so many connections, and how long being served took."""
    words = [f"{product.gatehouse.url}/", product.acme.token, str(connections), str(seconds)]
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.support.flood", *words],
        capture_output=True,
        check=True,
        cwd=BASE_DIR,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_flood_by_one_token_is_its_own_wait_and_not_the_other_tenants(product: Product) -> None:
    assert product.get(product.acme) == 200  # The server learns whose the token is.

    with meanwhile(lambda: flood(product, connections=120, seconds=6), times=1) as floods:
        time.sleep(2)  # It starts.
        during = observe(product.get, seconds=3)
        assert not floods  # It goes on.

    (flooded,) = floods
    assert isinstance(flooded, dict)
    assert set(during.statuses) == {200}
    # In the same seconds, at the same server, however busy the machine is: in one line, both would
    # wait alike.
    assert median(during.seconds) < flooded["p50"] / 2
    assert flooded["answers"]["200"]
    assert flooded["answers"].keys() <= {"200", "503 with Retry-After"}
