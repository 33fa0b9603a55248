"""What a server says about itself: whatever is away, at once, and to anybody who asks."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.faults.conftest import Product, serving
from tests.support.installation import serving_gatehouse
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.processes import running
from tests.support.workers import COMMAND

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

LIVE, READY = "/health/live", "/health/ready"


@pytest.fixture(scope="module")
def postgres(django_db_setup: None, django_db_blocker: object) -> Iterator[PostgresServer]:
    """A PostgreSQL server of this module's own."""
    with django_db_blocker.unblock(), postgres_server() as server:  # type: ignore[attr-defined]
        yield server


@pytest.fixture(scope="module")
def product(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A product on it, whose pages are reached by https alone."""
    with serving(
        tmp_path_factory.mktemp("health"),
        database_url=postgres.migrated("gatehouse"),
        GATEHOUSE_WORKERS="1",
        GATEHOUSE_CONNECT_SECONDS="2",
        GATEHOUSE_ANSWER_SECONDS="4",
    ) as product:
        yield product


def ask(product: Product, path: str) -> tuple[int, dict[str, object]]:
    """The status and the body, which took at most three seconds."""
    began = time.monotonic()
    answer = product.call("GET", path)
    assert time.monotonic() - began < 3
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def until(product: Product, status: int) -> dict[str, object]:
    """What readiness says once it has this status, within ten seconds."""
    end = time.monotonic() + 10
    while (found := ask(product, READY))[0] != status:
        assert time.monotonic() < end, found
        time.sleep(0.2)
    return found[1]


def test_a_server_that_can_serve_is_live_and_ready(product: Product) -> None:
    assert ask(product, LIVE) == (200, {"status": "live"})
    without = {"status": "ready", "missing": ["worker"]}
    assert ask(product, READY) == (200, without)

    with running(
        COMMAND,
        ready=lambda: ask(product, READY) == (200, {"status": "ready"}),
        environment=product.gatehouse.environment,
    ):
        assert ask(product, LIVE) == (200, {"status": "live"})


@pytest.mark.parametrize("path", [LIVE, READY])
def test_health_is_told_for_any_host_and_without_a_redirect(product: Product, path: str) -> None:
    answer = product.call("GET", path, headers={"Host": "10.1.2.3:9"}, follow_redirects=False)
    other = product.call("POST", path, content=b"x")
    head = product.call("HEAD", path)

    assert answer.status_code == 200
    assert other.status_code == 405
    assert other.headers["allow"] == "GET, HEAD"
    assert (head.status_code, head.content) == (200, b"")


def test_without_the_database_it_lives_and_is_not_ready(
    product: Product, postgres: PostgresServer
) -> None:
    until(product, 200)
    postgres.stop()
    try:
        said = until(product, 503)
        assert said == {"status": "not ready", "missing": ["database"]}
        assert ask(product, LIVE)[0] == 200
    finally:
        postgres.start()
    until(product, 200)


def test_while_the_database_is_frozen_both_answer_within_seconds(
    product: Product, postgres: PostgresServer
) -> None:
    until(product, 200)
    postgres.freeze()
    try:
        until(product, 503)
        assert ask(product, LIVE)[0] == 200
        for _ in range(20):  # However many ask, and for longer than one look takes.
            assert ask(product, READY)[0] == 503
    finally:
        postgres.thaw()
    until(product, 200)


def test_a_database_of_another_version_is_not_ready(product: Product) -> None:
    url = product.gatehouse.environment["DATABASE_URL"]
    newer = ("accounts", "9999_of_a_later_release")
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", newer
        )
        try:
            assert until(product, 503)["missing"] == ["migrations"]
        finally:
            database.execute("DELETE FROM django_migrations WHERE (app, name) = (%s, %s)", newer)
    until(product, 200)


def test_asking_is_cheap_and_leaves_no_line_each(product: Product) -> None:
    until(product, 200)
    before = product.printed()
    began = time.monotonic()
    with httpx2.Client(base_url=product.gatehouse.url, trust_env=False) as client:
        statuses = {client.get(READY).status_code for _ in range(300)}
    took = time.monotonic() - began

    assert statuses == {200}
    assert took / 300 < 0.05
    assert product.printed() == before


def test_a_full_disk_is_told(postgres: PostgresServer, product: Product, tmp_path: Path) -> None:
    url = product.gatehouse.environment["DATABASE_URL"]
    with serving_gatehouse(
        tmp_path,
        database_url=url,
        GATEHOUSE_WORKERS="1",
        GATEHOUSE_LEAST_FREE_BYTES=str(2**50),
    ) as gatehouse:
        full = replace(product, gatehouse=gatehouse)
        status, said = ask(full, READY)

    assert (status, said["missing"]) == (503, ["space"])


def test_each_answer_and_each_line_of_its_request_has_the_same_id(product: Product) -> None:
    answer = product.call("GET", "/no/such/page/", headers={"X-Request-ID": "strangers-own-id"})
    refused = product.call("GET", "/scim/v2/Users")
    health = product.call("GET", LIVE)

    ids = [each.headers["x-request-id"] for each in (answer, refused, health)]
    assert len(set(ids)) == 3
    assert "strangers-own-id" not in ids
    assert f" {ids[0]} Not Found" in product.printed()


def test_behind_a_trusted_proxy_its_id_is_kept_in_answers_json_lines_and_the_trail(
    postgres: PostgresServer, product: Product, tmp_path: Path
) -> None:
    url = product.gatehouse.environment["DATABASE_URL"]
    with serving_gatehouse(
        tmp_path,
        database_url=url,
        GATEHOUSE_WORKERS="1",
        GATEHOUSE_TRUSTED_PROXIES="1",
        GATEHOUSE_LOG_FORMAT="json",
    ) as gatehouse:
        proxied = replace(product, gatehouse=gatehouse)
        kept = proxied.call("GET", "/no/such/", headers={"X-Request-ID": "of-the-proxy.1"})
        made = proxied.call("GET", "/no/such/", headers={"X-Request-ID": "not well-formed"})
        proxied.call(
            "POST",
            "/scim/v2/Users",
            product.globex,
            json={
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": "traced@globex.example",
            },
            headers={"X-Request-ID": "of-the-proxy.2"},
        )
        printed = proxied.printed()
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    with psycopg.connect(url) as database:
        found = database.execute(
            "SELECT request_id FROM accounts_auditentry WHERE target = 'traced@globex.example'"
        ).fetchall()

    assert kept.headers["x-request-id"] == "of-the-proxy.1"
    assert made.headers["x-request-id"] != "not well-formed"
    assert {line["request_id"] for line in lines} >= {
        "of-the-proxy.1",
        made.headers["x-request-id"],
    }
    assert found == [("of-the-proxy.2",)]
