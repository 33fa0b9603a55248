"""Clients that take a long answer slowly: it waits for them, not a thread and not in memory."""

import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.urls import reverse

from tests.faults.conftest import Product, observe_beside

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PEOPLE = 50_000
READERS = 10
STANDARD = 4
"""Up to this one, open files may be those of the process that runs the tests."""
MANY = """
INSERT INTO accounts_user (id, tenant_id, password, user_name, user_name_ci, external_id, email,
  email_ci, given_name, family_name, display_name, active, role, attributes, created, last_modified,
  version)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, '!', address, address,
  'ext' || n, address, address, 'Given', 'Family', 'Given Family', true, 'member', '{}', now(),
  now(), 1
FROM (SELECT n, 'reader' || n || '@acme.example' AS address FROM generate_series(1, 50000) n) p,
  (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
"""


@pytest.fixture(scope="module")
def crowded(product: Product) -> Iterator[Product]:
    """The product, while Acme has very many people."""
    with psycopg.connect(product.gatehouse.environment["DATABASE_URL"], autocommit=True) as owner:
        owner.execute(MANY)
        owner.execute("ANALYZE accounts_user")
        yield product
        owner.execute("DELETE FROM accounts_user WHERE user_name LIKE 'reader%'")


def export_path() -> str:
    return reverse("console:accounts_user_export")


def slow_reader(product: Product, cookie: str, held: ExitStack) -> socket.socket:
    """Somebody who has asked for the export and has read a kilobyte of it."""
    host, port = product.gatehouse.url[7:].split(":")
    client = held.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.connect((host, int(port)))
    asked = f"GET {export_path()} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n"
    client.sendall(asked.encode())
    begun = client.recv(1024)
    assert begun.startswith(b"HTTP/1.1 200"), begun
    return client


def test_a_long_export_is_whole_and_says_its_length(crowded: Product) -> None:
    cookie = crowded.sign_in("admin@acme.example")

    answer = crowded.call("GET", export_path(), headers={"Cookie": cookie})

    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert len(answer.text.splitlines()) > PEOPLE
    assert f"reader{PEOPLE}@acme.example" in answer.text
    assert answer.headers["X-Request-ID"]


def test_what_slow_readers_have_not_read_is_not_held_in_memory(
    crowded: Product, record_property: Callable[[str, object], None]
) -> None:
    cookie = crowded.sign_in("admin@acme.example")
    length = int(
        crowded.call("GET", export_path(), headers={"Cookie": cookie}).headers["Content-Length"]
    )
    for _ in range(READERS):  # As much as it takes to make them.
        crowded.call("GET", export_path(), headers={"Cookie": cookie})
    quick = observe_beside(crowded, crowded.get, seconds=2)
    before = crowded.memory()["VmRSS"]

    with ExitStack() as held:
        readers = [slow_reader(crowded, cookie, held) for _ in range(READERS)]
        end = time.monotonic() + 5
        while time.monotonic() < end:
            for reader in readers:
                assert reader.recv(1024)
            time.sleep(1)
        during = crowded.memory()["VmRSS"]
        others = observe_beside(crowded, crowded.get, seconds=2)

    record_property("MiB before", before >> 20)
    record_property("MiB during", during >> 20)
    record_property("MiB of an export", length >> 20)
    assert set(others.asked.statuses) == {200}
    assert others.is_as_quick_as(quick)
    assert during - before < READERS * length / 2


def test_an_open_file_of_an_export_is_closed_after_the_client_went(crowded: Product) -> None:
    cookie = crowded.sign_in("admin@acme.example")

    with ExitStack() as held:
        for _ in range(3):
            slow_reader(crowded, cookie, held)
        opened = nameless_files(crowded)

    assert opened
    deadline = time.monotonic() + 90
    while nameless_files(crowded) & opened:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def nameless_files(product: Product) -> set[str]:
    """What the workers have open in the folder of temporary files, by its inode."""
    folder = tempfile.gettempdir()
    opened = {
        str(each.readlink())
        for worker in product.gatehouse.workers()
        for each in Path(f"/proc/{worker}/fd").iterdir()
        if int(each.name) > STANDARD
    }
    return {name for name in opened if name.startswith(folder) and name.endswith("(deleted)")}
