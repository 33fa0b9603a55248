"""The database away, starting, full or frozen: 503, soon, and everything again once it is back."""

import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest
from django.db import connection
from typing_extensions import override

from tests.faults.conftest import Product, observe, serving
from tests.support.postgres_server import PostgresServer, postgres_server

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STATEMENT_SECONDS = 3
ANSWER_SECONDS = 6
SILENCE = {
    "TCP_KEEPIDLE": 30,  # Seconds.
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 30_000,  # Milliseconds.
}
"""After how much of it a connection counts as lost."""
PAGES = ["/sign-in/", "/", "/console/", "/platform/", "/account/", "/saml/acme/", "/no/such/page/"]
ENDPOINTS = ["/Users", "/Groups/x", "/Schemas", "/ServiceProviderConfig", "/Bulk", "/Me"]


@pytest.fixture(scope="module")
def postgres(django_db_setup: None, django_db_blocker: object) -> Iterator[PostgresServer]:
    """A PostgreSQL server of this module's own."""
    with django_db_blocker.unblock(), postgres_server("-c", "max_connections=40") as server:  # type: ignore[attr-defined]
        yield server


@pytest.fixture(scope="module")
def product(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A product on that server."""
    folder = tmp_path_factory.mktemp("outages")
    with serving(
        folder,
        database_url=postgres.migrated("gatehouse"),
        GATEHOUSE_WORKERS="2",
        GATEHOUSE_CONNECT_SECONDS="2",
        GATEHOUSE_STATEMENT_SECONDS=str(STATEMENT_SECONDS),
        GATEHOUSE_ANSWER_SECONDS=str(ANSWER_SECONDS),
        GATEHOUSE_LONG_ANSWER_SECONDS=str(ANSWER_SECONDS),
    ) as product:
        yield product


def warm_up(product: Product) -> None:
    """Let every thread open its connection."""
    observe(product.get, seconds=2, at_once=16)


@contextmanager
def stopped(postgres: PostgresServer) -> Iterator[None]:
    """The server is down."""
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def starting(postgres: PostgresServer) -> Iterator[None]:
    """Something listens that says it is starting up, as PostgreSQL does after a crash."""

    class Starting(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            self.request.recv(1024)
            fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
            self.request.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with stopped(postgres), Server(("127.0.0.1", postgres.port), Starting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def full(postgres: PostgresServer) -> Iterator[None]:
    """Others hold every connection, superusers' reserved ones too; ours were ended."""
    with ExitStack() as held:
        admin = held.enter_context(psycopg.connect(postgres.url, autocommit=True))
        held.callback(time.sleep, 0.5)
        # New ones are refused from here on, whoever asks: as if all were taken.
        admin.execute("ALTER DATABASE gatehouse CONNECTION LIMIT 0")
        admin.execute("ALTER DATABASE gatehouse ALLOW_CONNECTIONS false")
        held.callback(admin.execute, "ALTER DATABASE gatehouse ALLOW_CONNECTIONS true")
        held.callback(admin.execute, "ALTER DATABASE gatehouse CONNECTION LIMIT -1")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'gatehouse'"
        )
        yield


@contextmanager
def frozen(postgres: PostgresServer) -> Iterator[None]:
    """The server has every connection, and answers nothing."""
    postgres.freeze()
    try:
        yield
    finally:
        postgres.thaw()


Outage = Callable[[PostgresServer], AbstractContextManager[None]]


@pytest.mark.parametrize("outage", [stopped, starting, full, frozen])
def test_an_outage_is_503_in_scim_and_over_once_the_database_is_back(
    product: Product, postgres: PostgresServer, outage: Outage
) -> None:
    warm_up(product)
    printed = len(product.printed())

    with outage(postgres):
        began = time.monotonic()
        answers = [product.call("GET", f"/scim/v2{path}", product.acme) for path in ENDPOINTS]
        seconds = (time.monotonic() - began) / len(answers)

    log = product.printed()[printed:]
    assert [answer.status_code for answer in answers] == [503] * len(answers), log
    for answer in answers:
        assert answer.headers["Content-Type"] == "application/scim+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["status"] == "503"
    assert seconds < ANSWER_SECONDS + 2
    assert "Traceback" not in log
    time.sleep(1)
    assert set(observe(product.get, seconds=1, at_once=8).statuses) == {200}


@pytest.mark.parametrize("outage", [stopped, starting, full])
def test_an_outage_is_a_page_with_503_wherever_a_page_needs_the_database(
    product: Product, postgres: PostgresServer, outage: Outage
) -> None:
    warm_up(product)
    printed = len(product.printed())
    cookie = {"Cookie": "gatehouse_session=0123456789abcdef0123456789abcdef01234567"}

    with outage(postgres):
        answers = {path: product.call("GET", path, headers=cookie) for path in PAGES}
        answers["sent"] = product.call("POST", "/saml/acme/", data={"SAMLResponse": "PGE+"})
        nothing_needed = product.call("GET", "/static/console/favicon.svg")

    unavailable = {path for path, answer in answers.items() if answer.status_code == 503}
    assert {"/console/", "/platform/", "/account/", "/saml/acme/", "sent"} <= unavailable
    assert {answers[path].status_code for path in answers.keys() - unavailable} <= {200, 302, 404}
    for path in unavailable:
        assert answers[path].headers["Retry-After"] == "5"
        assert "text/html" in answers[path].headers["Content-Type"]
        assert "Too much is going on" in answers[path].text
    assert nothing_needed.status_code == 200
    assert "Traceback" not in product.printed()[printed:]


def test_after_a_restart_while_idle_no_request_fails(
    product: Product, postgres: PostgresServer
) -> None:
    warm_up(product)

    postgres.stop()
    postgres.start()

    after = observe(product.get, seconds=2, at_once=16)
    assert set(after.statuses) == {200}
    assert len(after.seconds) >= 30


def test_a_frozen_database_gives_every_thread_back_once_it_thaws(
    product: Product, postgres: PostgresServer
) -> None:
    warm_up(product)
    workers = product.gatehouse.workers()

    with frozen(postgres):
        during = observe(product.get, seconds=2 * ANSWER_SECONDS, at_once=20)
    time.sleep(1)
    after = observe(product.get, seconds=1, at_once=4)

    assert set(during.statuses) == {503}
    assert max(during.seconds) < 2 * ANSWER_SECONDS + 2
    assert set(after.statuses) == {200}
    assert product.gatehouse.workers() == workers


def test_threads_that_stay_stuck_have_their_worker_replaced(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with serving(
        tmp_path,
        database_url=postgres.migrated("stuck"),
        GATEHOUSE_WORKERS="1",
        GATEHOUSE_ANSWER_SECONDS="2",
        GATEHOUSE_STUCK_SECONDS="8",
        GATEHOUSE_STOP_SECONDS="5",
    ) as other:
        warm_up(other)
        (worker,) = other.gatehouse.workers()
        with frozen(postgres):
            assert other.get() == 503
            said: set[str] = set()
            deadline = time.monotonic() + 60
            while other.gatehouse.workers() in ([worker], []):
                assert time.monotonic() < deadline
                said.update(missing(other))
                time.sleep(0.2)
        time.sleep(1)

        assert set(observe(other.get, seconds=1).statuses) == {200}
        assert other.gatehouse.process.poll() is None
        assert "A thread is stuck in /scim/v2/Users" in other.printed()
        assert "threads" in said  # Told before the worker was replaced.


def missing(product: Product) -> list[str]:
    """What ``/health/ready`` says is missing; nothing while nobody answers."""
    try:
        answer = product.call("GET", "/health/ready")
    except httpx2.HTTPError:
        return []
    return list(answer.json().get("missing", []))


def test_a_connection_notices_that_the_other_machine_is_gone(postgres: PostgresServer) -> None:
    own = connection.copy()
    own.settings_dict = {**own.settings_dict, "NAME": "postgres", "USER": "postgres"}
    own.settings_dict |= {"HOST": "127.0.0.1", "PORT": str(postgres.port), "PASSWORD": ""}
    own.ensure_connection()
    try:
        with socket.socket(fileno=os.dup(own.connection.fileno())) as looked_at:
            found = {
                name: looked_at.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                for name in SILENCE
            }
            is_kept = looked_at.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    finally:
        own.close()

    assert is_kept
    assert found == SILENCE
