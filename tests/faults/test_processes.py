"""Processes that are killed or told to stop, under load."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx2
import psycopg
import pytest

from tests.faults.conftest import Product, meanwhile, observe, serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
STOP_SECONDS = 20


@pytest.fixture
def served(django_db_setup: None, tmp_path: Path) -> Iterator[Product]:
    """A product of its own, which the test ends."""
    with serving(
        tmp_path, GATEHOUSE_WORKERS="2", GATEHOUSE_STOP_SECONDS=str(STOP_SECONDS)
    ) as product:
        yield product


class Made(NamedTuple):
    """A request that creates somebody: when it began, their name, and the status or what broke."""

    began: float
    name: str
    status: int | str


def create(product: Product) -> Made:
    """Create somebody, over a connection of its own."""
    name, began = f"{uuid4()}@globex.example", time.monotonic()
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}
    try:
        answer = product.call("POST", "/scim/v2/Users", product.globex, json=user)
    except httpx2.HTTPError as error:
        return Made(began, name, type(error).__name__)
    return Made(began, name, answer.status_code)


def names_in(product: Product) -> set[str]:
    with psycopg.connect(product.gatehouse.environment["DATABASE_URL"]) as connection:
        return {name for (name,) in connection.execute("SELECT user_name FROM accounts_user")}


def gone(processes: list[int], *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def kill(process: int) -> float:
    """Kill it, and return the moment from which on nothing of it is left.

    Its threads end one by one, and the last of them closes its connections; then it can be
    reaped.
    """
    os.kill(process, signal.SIGKILL)
    assert gone([process], seconds=10)
    return time.monotonic()


def test_a_killed_worker_is_replaced_and_nothing_acknowledged_is_lost(served: Product) -> None:
    end = time.monotonic() + 8

    def create_on(_number: int) -> list[Made]:
        made = []
        while time.monotonic() < end:
            made.append(create(served))
        return made

    victim = served.gatehouse.workers()[0]
    with ThreadPoolExecutor(4) as pool:
        running = pool.map(create_on, range(4))
        time.sleep(2)
        is_gone = kill(victim)
        clients = list(running)
    made = [each for many in clients for each in many]
    kept = names_in(served)

    assert served.gatehouse.process.poll() is None
    assert len(served.gatehouse.workers()) == 2
    assert victim not in served.gatehouse.workers()
    assert len(made) > 20
    assert {each.name for each in made if each.status == 201} <= kept
    # What broke were requests that the worker had, or that came while it went: no later one.
    broken = [each for each in made if each.status != 201]
    assert [each for each in broken if each.began >= is_gone] == []
    # Who was cut off may have come back while it still closed its connections.
    assert max(sum(each.status != 201 for each in many) for many in clients) <= 2
    assert set(observe(served.get, seconds=1).statuses) == {200}


def test_what_is_in_flight_when_the_server_is_told_to_stop_is_finished(served: Product) -> None:
    _began, name, status = create(served)
    assert status == 201
    workers = served.gatehouse.workers()

    with psycopg.connect(served.gatehouse.environment["DATABASE_URL"]) as holder:
        holder.execute("SELECT FROM accounts_user WHERE user_name = %s FOR UPDATE", [name])
        user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}
        found = served.call(
            "GET", f'/scim/v2/Users?filter=userName eq "{name}"', served.globex
        ).json()["Resources"][0]
        path = f"/scim/v2/Users/{found['id']}"
        with meanwhile(
            lambda: served.call("PUT", path, served.globex, json={**user, "title": "Waited"}),
            times=1,
        ) as answers:
            time.sleep(0.5)
            served.gatehouse.process.send_signal(signal.SIGTERM)
            time.sleep(3.5)
            holder.rollback()

    (answer,) = answers
    assert isinstance(answer, httpx2.Response)
    assert answer.status_code == 200
    assert answer.json()["title"] == "Waited"
    assert served.gatehouse.process.wait(20) == 0
    assert gone(workers, seconds=1)


@pytest.mark.parametrize("milliseconds", [0, 25])
def test_a_server_that_is_told_to_stop_while_it_replaces_a_worker_stops_at_once(
    served: Product, milliseconds: int
) -> None:
    first = served.gatehouse.workers()
    os.kill(first[0], signal.SIGKILL)
    end = time.monotonic() + 10
    while set(served.gatehouse.workers()) <= set(first):
        assert time.monotonic() < end
    time.sleep(milliseconds / 1000)

    began = time.monotonic()
    served.gatehouse.process.terminate()

    assert served.gatehouse.process.wait(30) == 0
    assert time.monotonic() - began < STOP_SECONDS / 2
    assert "refused to gracefully stop" not in served.printed()


def test_workers_end_when_the_process_that_governs_them_is_killed(served: Product) -> None:
    workers = served.gatehouse.workers()
    assert len(workers) == 2

    served.gatehouse.process.kill()
    served.gatehouse.process.wait(10)

    assert gone(workers, seconds=10)


def test_entries_of_the_request_log_are_written_when_the_server_stops(served: Product) -> None:
    for _ in range(5):
        assert served.get() == 200
    served.gatehouse.process.send_signal(signal.SIGTERM)
    assert served.gatehouse.process.wait(30) == 0

    with psycopg.connect(served.gatehouse.environment["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT count(*) FROM scim_requestlogentry").fetchone()
    assert found == (5,)
