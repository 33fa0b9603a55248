"""Addresses that admins type: no look into our own network, and no wait without an end."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from contextlib import suppress
from ipaddress import ip_network
from threading import Thread
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from accounts.outgoing.addresses import require_address, require_fetchable
from accounts.outgoing.documents import fetch_document
from accounts.outgoing.errors import FetchError
from saml_sso.services.metadata_address import fetch_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

PUBLIC = "8.8.8.8"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def fetch(host: str = "idp.example", *, seconds: float = 10.0) -> bytes:
    url = f"https://{host}/metadata"
    return fetch_document(url, most_bytes=1000, accept="text/xml", seconds=seconds)


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/metadata",
        "file:///etc/passwd",
        "ftp://idp.example/",
        "https://user:secret@idp.example/",
        "https://",
        "https://idp.example:99999/",
        "https://idp.example/a b",
        "//idp.example/",
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    with pytest.raises(FetchError, match="https address"):
        require_fetchable(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
        "64:ff9b::a00:1",
        "::10.0.0.1",
        "fec0::1",
        "64:ff9b:1::a00:1",
    ],
)
def test_private_addresses_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[Any]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(FetchError, match="private network"):
        fetch()


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(FetchError, match="private network"):
        fetch()


def test_networks_that_the_operator_allows_are_reached_also_over_plain_http(
    settings: Settings,
) -> None:
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]

    assert require_address("http://127.0.0.1:8080/scim/v2").found == ("127.0.0.1",)
    with pytest.raises(FetchError, match="private network"):
        require_address("http://10.0.0.1/")
    with pytest.raises(FetchError, match="over https only"):
        require_address(f"http://{PUBLIC}/")


def test_a_name_that_does_not_exist_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(FetchError, match="no server called"):
        fetch()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``idp.example``, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "idp.pem"
    subprocess.run(  # noqa: S603
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=idp.example", "-addext", "subjectAltName=DNS:idp.example"),
            *("-keyout", path.with_suffix(".key"), "-out", path),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def served(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call it with what a server does with each connection to a public address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    listener = socket.create_server(("127.0.0.1", 0))
    connect = anyio.connect_tcp

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("9.9.9.9", PUBLIC)]

    async def connect_to_listener(remote_host: str, *_: object, **__: object) -> Any:
        if remote_host != PUBLIC:
            raise OSError("Network is unreachable")
        return await connect("127.0.0.1", listener.getsockname()[1])

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(anyio, "connect_tcp", connect_to_listener)

    def accept(serve: Callable[[ssl.SSLSocket], None]) -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                    received = secure.recv(4096)
                    assert b"Host: idp.example\r\n" in received, received
                    serve(secure)

    def start(serve: Callable[[ssl.SSLSocket], None]) -> None:
        Thread(target=accept, args=[serve], daemon=True).start()

    yield start
    # Closing alone does not wake the thread that accepts.
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def slowly(first: bytes, each: bytes) -> Callable[[ssl.SSLSocket], None]:
    """Send ``first``, then ``each`` again and again until nobody reads it."""

    def serve(secure: ssl.SSLSocket) -> None:
        secure.sendall(first)
        while True:
            secure.sendall(each)
            time.sleep(0.05)

    return serve


def test_a_document_is_read_from_the_first_address_that_can_be_reached(served: Any) -> None:
    served(lambda secure: secure.sendall(HEAD + b"Content-Length: 4\r\n\r\n<a/>"))

    assert fetch() == b"<a/>"


@pytest.mark.parametrize(
    ("first", "each"),
    [
        (HEAD, b"X-More: headers\r\n"),
        (HEAD + b"Content-Length: 900\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b""),
    ],
    ids=["headers", "body", "chunks", "nothing"],
)
def test_a_server_that_never_ends_is_left_in_time(served: Any, first: bytes, each: bytes) -> None:
    served(slowly(first, each))
    began = time.monotonic()

    with pytest.raises(FetchError, match="did not answer"):
        fetch(seconds=0.5)
    assert time.monotonic() - began < 5


def test_more_bytes_than_may_be_are_not_read(served: Any) -> None:
    served(slowly(HEAD + b"\r\n", b"x" * 500))

    with pytest.raises(FetchError, match="more than 1000 bytes"):
        fetch()


def test_what_is_packed_is_not_unpacked(served: Any) -> None:
    packed = b"\x1f\x8b a bomb"
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    served(lambda secure: secure.sendall(head + packed))

    assert fetch() == packed


def test_a_redirect_is_told_and_not_followed(served: Any) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    served(lambda secure: secure.sendall(head))

    with pytest.raises(FetchError, match=r"redirects to “https://169\.254\.169\.254/”"):
        fetch()


def test_a_server_with_the_certificate_of_another_is_not_read(served: Any) -> None:
    served(lambda secure: secure.sendall(HEAD + b"Content-Length: 4\r\n\r\n<a/>"))

    with pytest.raises(FetchError, match="certificate is not accepted: Hostname mismatch"):
        fetch("other.example")


def test_whoever_fetches_metadata_is_told_that_the_file_can_be_uploaded() -> None:
    with pytest.raises(FetchError, match=r"https address.* upload the metadata file"):
        fetch_metadata("http://idp.example/metadata")
