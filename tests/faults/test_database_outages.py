"""The database away, starting, full or frozen: 503, soon, and everything again once it is back."""

import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import httpx2
import psycopg
import pytest
from django.db import connection
from typing_extensions import override

from tests.faults.conftest import Product, meanwhile, observe, serving
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.saml_party import party_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STATEMENT_SECONDS = 3
ANSWER_SECONDS = 6
WAITING_SECONDS = 5  # As operations.bounds has it.
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
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


@pytest.mark.parametrize("outage", [stopped, starting, full, frozen])
def test_an_outage_is_a_page_with_503_wherever_a_page_needs_the_database(
    product: Product, postgres: PostgresServer, outage: Outage
) -> None:
    warm_up(product)
    printed = len(product.printed())
    cookie = {"Cookie": "gatehouse_session=0123456789abcdef0123456789abcdef01234567"}

    def ask(path: str) -> tuple[httpx2.Response, float]:
        began = time.monotonic()
        if path == "sent":
            answer = product.call("POST", "/saml/acme/", data={"SAMLResponse": "PGE+"})
        else:
            answer = product.call("GET", path, headers=cookie)
        return answer, time.monotonic() - began

    paths = [*PAGES, "sent"]
    with outage(postgres):
        with ThreadPoolExecutor(len(paths)) as pool:
            found = dict(zip(paths, pool.map(ask, paths), strict=True))
        nothing_needed = product.call("GET", "/static/console/favicon.svg")

    answers = {path: answer for path, (answer, _seconds) in found.items()}
    unavailable = {path for path, answer in answers.items() if answer.status_code == 503}
    assert {"/console/", "/platform/", "/account/", "/saml/acme/", "sent"} <= unavailable
    assert {answers[path].status_code for path in answers.keys() - unavailable} <= {200, 302, 404}
    for path in unavailable:
        assert int(answers[path].headers["Retry-After"]) > 0
        assert "text/html" in answers[path].headers["Content-Type"]
        assert "Too much is going on" in answers[path].text
    assert (
        max(seconds for _answer, seconds in found.values()) < WAITING_SECONDS + ANSWER_SECONDS + 2
    )
    # A database that is frozen holds every thread that may answer strangers.
    assert nothing_needed.status_code == 200 or outage is frozen
    assert "Traceback" not in product.printed()[printed:]
    time.sleep(1)
    assert 503 not in {product.call("GET", path).status_code for path in PAGES}
    assert product.call("GET", "/console/", headers=signed_in(product)).status_code == 200
    assert send(product, response_about(product, "bob@acme.example")) == 403  # Nobody is he.


def signed_in(product: Product) -> dict[str, str]:
    """The headers of an admin who signs in now."""
    return {"Cookie": product.sign_in("admin@acme.example")}


def response_about(product: Product, email: str) -> str:
    """What the identity provider of Acme sends with somebody whom it has signed in."""
    address = f"{product.gatehouse.url}/saml/acme/"
    forge = party_of("acme").forge
    return forge.but(sp_entity_id=address, acs_url=address, name_id=email).encoded()


def send(product: Product, response: str) -> int:
    """The status of a sign-in with that response; a 503 says when to come again."""
    answer = product.call("POST", "/saml/acme/", data={"SAMLResponse": response})
    assert answer.status_code != 503 or "Retry-After" in answer.headers
    return answer.status_code


def count(product: Product, statement: LiteralString, *values: str) -> int:
    """The number that a statement finds."""
    with psycopg.connect(product.gatehouse.environment["DATABASE_URL"]) as connection:
        row = connection.execute(statement, values).fetchone()
    assert row
    return int(row[0])


def sessions_of(product: Product, email: str) -> int:
    return count(
        product,
        "SELECT count(*) FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id "
        "WHERE u.user_name = %s",
        email,
    )


def frozen_before_its_first_statement(
    product: Product, postgres: PostgresServer, response: str
) -> object:
    """The status of a sign-in that finds the database frozen."""
    with frozen(postgres):
        return send(product, response)


def frozen_amid_its_last_statement(
    product: Product, postgres: PostgresServer, response: str
) -> object:
    """That of one whose session is being written, and waits for the tenant's row, at the freeze."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(product.gatehouse.environment["DATABASE_URL"]) as holder:
        holder.execute("SELECT FROM accounts_tenant WHERE slug = 'acme' FOR UPDATE")
        with meanwhile(lambda: send(product, response), times=1) as statuses:
            while not count(product, waits):
                assert not statuses
            with frozen(postgres):
                while not statuses:
                    time.sleep(0.1)
    return statuses[0]


@pytest.mark.parametrize(
    "send_frozen", [frozen_before_its_first_statement, frozen_amid_its_last_statement]
)
def test_a_sign_in_that_was_given_up_begins_no_session_and_may_be_tried_again(
    product: Product,
    postgres: PostgresServer,
    send_frozen: Callable[[Product, PostgresServer, str], object],
) -> None:
    warm_up(product)
    email = product.acme.add_person(send_frozen.__name__)
    for _worker in range(4):  # Each has seen what the tenant trusts.
        assert send(product, response_about(product, email)) == 303
    before = sessions_of(product, email)
    response = response_about(product, email)

    assert send_frozen(product, postgres, response) == 503
    time.sleep(1)  # It would go on now.

    assert sessions_of(product, email) == before
    assert send(product, response) == 303
    assert sessions_of(product, email) == before + 1


def test_a_change_that_was_given_up_is_not_made_once_the_database_thaws(
    product: Product, postgres: PostgresServer
) -> None:
    warm_up(product)
    ids = [new_user(product) for _ in range(3)]
    user = {"schemas": [USER], "userName": f"{uuid4()}@acme.example", "title": "Late"}
    other = {**user, "userName": f"{uuid4()}@acme.example"}
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "L"}]}
    changes: list[tuple[str, str, object]] = [
        ("POST", "/Users", user),
        ("PUT", f"/Users/{ids[0]}", other),
        ("PATCH", f"/Users/{ids[1]}", patch),
        ("DELETE", f"/Users/{ids[2]}", None),
        ("POST", "/Groups", {"schemas": [GROUP], "displayName": f"Late {uuid4()}"}),
    ]
    entries = "SELECT count(*) FROM accounts_auditentry"
    before = count(product, entries)

    def change(one: tuple[str, str, object]) -> int:
        method, path, body = one
        return product.call(method, f"/scim/v2{path}", product.acme, json=body).status_code

    with frozen(postgres), ThreadPoolExecutor(len(changes)) as pool:
        statuses = list(pool.map(change, changes))
    time.sleep(2)  # They would be made now.

    assert statuses == [503] * len(changes)
    assert count(product, entries) == before
    assert count(product, "SELECT count(*) FROM accounts_user WHERE attributes ? 'title'") == 0
    assert [change(one) for one in changes] == [201, 200, 200, 204, 201]


def new_user(product: Product) -> str:
    """The id of somebody new in Acme."""
    user = {"schemas": [USER], "userName": f"{uuid4()}@acme.example"}
    answer = product.call("POST", "/scim/v2/Users", product.acme, json=user)
    assert answer.status_code == 201
    return str(answer.json()["id"])


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
