"""Real server processes, and clients that are many, slow or gone."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support.html_forms import form_with_field
from tests.support.installation import PASSWORD, Directory, Gatehouse, serving_gatehouse
from tests.support.saml_party import party_of

TENANTS = ("acme", "globex")
SECONDS = 30.0
"""What no answer of these servers may take."""


@dataclass(frozen=True)
class Product:
    """A started product with two tenants that are provisioned."""

    gatehouse: Gatehouse
    acme: Directory
    globex: Directory

    def get(self, directory: Directory | None = None, path: str = "/Users?count=1") -> int:
        """The status of a read, over a connection of its own."""
        found = directory or self.globex
        return self.call("GET", f"/scim/v2{path}", found).status_code

    def is_live(self) -> int:
        """The status of what the server answers by itself, over a connection of its own."""
        return self.call("GET", "/health/live").status_code

    def call(
        self, method: str, path: str, directory: Directory | None = None, **options: object
    ) -> httpx2.Response:
        """The answer to one request, over a connection of its own; without TLS, it is quick."""
        headers = dict(options.pop("headers", {}))  # type: ignore[call-overload]
        if directory:
            headers["Content-Type"] = "application/scim+json"
            headers["Authorization"] = f"Bearer {directory.token}"
        with httpx2.Client(
            trust_env=False, timeout=SECONDS, verify=False, headers=headers
        ) as client:
            return client.request(method, f"{self.gatehouse.url}{path}", **options)  # type: ignore[arg-type]

    def printed(self) -> str:
        """What the server has written to its log."""
        return self.gatehouse.log.read_text(errors="replace")

    def connect(self) -> socket.socket:
        """A connection to the server."""
        parts = urlsplit(self.gatehouse.url)
        return socket.create_connection((str(parts.hostname), int(parts.port or 0)), SECONDS)

    def raw(self, request: bytes) -> bytes:
        """Everything that comes back until the server closes, or is silent for a second."""
        with self.connect() as client:
            client.sendall(request.replace(b"<host>", urlsplit(self.gatehouse.url).netloc.encode()))
            return read_answer(client, 1.0)

    def sign_in(self, email: str, password: str = PASSWORD) -> str:
        """The ``Cookie`` header of somebody who has signed in with a password."""
        with self.browser() as browser:
            answer = try_password(browser, email, password)
            assert answer.status_code == 302, answer.text
            return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def browser(self) -> httpx2.Client:
        """A browser without a session."""
        return httpx2.Client(
            base_url=self.gatehouse.url, trust_env=False, timeout=SECONDS, verify=False
        )

    def memory(self) -> dict[str, int]:
        """Bytes that the workers hold now (``VmRSS``), and have held at most (``VmHWM``)."""
        found = {"VmRSS": 0, "VmHWM": 0}
        for worker in self.gatehouse.workers():
            for line in Path(f"/proc/{worker}/status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in found:
                    found[name] += int(value.split()[0]) * 1024
        return found


def try_password(browser: httpx2.Client, email: str, password: str) -> httpx2.Response:
    """The answer to a sign-in, as the page sends it."""
    page = browser.get("/sign-in/?method=password")
    form = form_with_field(page.text, "password")
    sent = {**form.fields, "username": email, "password": password}
    return browser.post("/sign-in/", data=sent)


def read_answer(client: socket.socket, seconds: float) -> bytes:
    """What comes until the other side closes, or is silent for so long."""
    client.settimeout(seconds)
    parts: list[bytes] = []
    with suppress(TimeoutError, ConnectionError):
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)


@contextmanager
def serving(folder: Path, *, database_url: str = "", **variables: str) -> Iterator[Product]:
    """Serve a product with two tenants; ``variables`` are environment variables of the server."""
    variables.setdefault("GATEHOUSE_REQUESTS_AT_ONCE", "1000000")
    with serving_gatehouse(folder, database_url=database_url, **variables) as gatehouse:
        acme, globex = (
            gatehouse.make_tenant(slug).connect(party_of(slug).metadata()) for slug in TENANTS
        )
        yield Product(gatehouse, acme, globex)


@pytest.fixture(scope="module")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of two workers, with little patience for bodies."""
    folder = tmp_path_factory.mktemp("faults")
    with serving(folder, GATEHOUSE_WORKERS="2", GATEHOUSE_BODY_SECONDS="3") as product:
        yield product


@dataclass
class Observed:
    """How everybody else fares meanwhile: statuses, and seconds of each answer."""

    statuses: Counter[int | str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """What 99 of 100 answers took at most."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def time(self, ask: Callable[[], int]) -> None:
        """Ask once."""
        began = time.monotonic()
        try:
            self.statuses[ask()] += 1
        except httpx2.HTTPError as error:
            self.statuses[type(error).__name__] += 1
        self.seconds.append(time.monotonic() - began)


@dataclass(frozen=True)
class Beside:
    """How two kinds of requests fare in the same seconds.

    ``asked`` is what somebody's load may hold up.  ``machine`` waits for no thread and no
    statement: if it is slow, the machine or the test itself is.
    """

    asked: Observed
    machine: Observed

    def is_as_quick_as(self, before: "Beside") -> bool:
        """Whether p99 is within three times what it was and what the machine alone takes now."""
        return self.asked.p99 < 3 * (before.asked.p99 + self.machine.p99)


def observe_beside(product: Product, ask: Callable[[], int], *, seconds: float) -> Beside:
    """Ask again and again, and beside it for what the server answers without a thread."""
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(observe, ask, seconds=seconds)
        machine = pool.submit(observe, product.is_live, seconds=seconds)
        return Beside(asked.result(), machine.result())


def observe(ask: Callable[[], int], *, seconds: float, at_once: int = 2) -> Observed:
    """Ask again and again, from so many threads."""
    observed = Observed()
    end = time.monotonic() + seconds

    def ask_on(_number: int) -> None:
        while time.monotonic() < end:
            observed.time(ask)
            time.sleep(0.01)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(ask_on, range(at_once)))
    return observed


@contextmanager
def meanwhile(act: Callable[[], object], *, times: int) -> Iterator[list[object]]:
    """Run ``act`` in so many threads during the block; what each returned or raised."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    try:
        yield results
    finally:
        for thread in threads:
            thread.join(60)
