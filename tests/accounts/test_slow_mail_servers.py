"""A mail server that answers a byte at a time holds nobody who sends for long."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest

from accounts.letters import Action, Letter
from accounts.mail import deliver
from tests.support.processes import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

STEPS: Final = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "the end of the text", "QUIT")
SECONDS: Final = 1
"""What a mail is given here."""

BETWEEN_BYTES: Final = 0.1
LONGEST: Final = 20
"""Seconds for which a slow server goes on, if nobody breaks off."""

LETTER = Letter(subject="News", says=("Text",), action=Action("Look", "https://gatehouse.example/"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the loopback address, with its key beside it."""
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    subprocess.run(  # noqa: S603
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=mail.example", "-addext", f"subjectAltName=IP:{LOOPBACK}"),
            *("-keyout", path.with_suffix(".key"), "-out", path),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture(params=["plain", "over TLS"])
def server(
    request: pytest.FixtureRequest,
    certificate: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], list[str]]]:
    """Call it with the step that is slow; it returns the list of steps that are begun."""
    over_tls = request.param == "over TLS"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    listener = socket.create_server((LOOPBACK, 0))
    settings.EMAIL_BACKEND = "accounts.smtp_backend.DeadlineEmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()[:2]
    settings.EMAIL_USE_SSL = over_tls
    settings.EMAIL_TIMEOUT, settings.EMAIL_SECONDS = 10, SECONDS

    def serve(slow: str, begun: list[str]) -> None:
        with suppress(OSError):
            plain, _address = listener.accept()
            with context.wrap_socket(plain, server_side=True) if over_tls else plain as client:
                converse(client, slow, begun)

    def start(slow: str) -> list[str]:
        begun: list[str] = []
        Thread(target=serve, args=[slow, begun], daemon=True).start()
        return begun

    yield start
    # Closing alone does not wake a thread that accepts.
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def converse(client: socket.socket, slow: str, begun: list[str]) -> None:
    """Answer each step at once, and ``slow`` a byte at a time and without an end."""
    lines = client.makefile("rb")
    for step in STEPS:
        if step == "the end of the text":
            while lines.readline() not in {b".\r\n", b""}:
                pass
        elif step != "greeting":
            lines.readline()
        begun.append(step)
        if step == slow:
            for _ in range(int(LONGEST / BETWEEN_BYTES)):
                client.sendall(b"2")
                time.sleep(BETWEEN_BYTES)
        code = {"greeting": b"220", "DATA": b"354", "QUIT": b"221"}.get(step, b"250")
        client.sendall(code + b" fine\r\n")


def test_a_mail_is_sent_to_a_server_that_answers(server: Callable[[str], list[str]]) -> None:
    begun = server("none")

    assert deliver(letter=LETTER, address="bob@acme.example")
    assert begun == list(STEPS)


@pytest.mark.parametrize("step", [step for step in STEPS if step != "QUIT"])
def test_a_mail_is_broken_off_wherever_the_server_is_slow(
    server: Callable[[str], list[str]], step: str
) -> None:
    begun = server(step)
    start = time.monotonic()

    with pytest.raises(OSError):  # noqa: PT011 - smtplib has one for each step
        deliver(letter=LETTER, address="bob@acme.example")

    assert begun[-1] == step
    assert time.monotonic() - start < LONGEST


def test_a_server_that_takes_the_mail_and_is_slow_to_end_has_it(
    server: Callable[[str], list[str]],
) -> None:
    begun = server("QUIT")
    start = time.monotonic()

    assert deliver(letter=LETTER, address="bob@acme.example")
    assert begun[-1] == "QUIT"
    assert time.monotonic() - start < LONGEST
