"""Clients that begin a body and take their time hold nobody else up."""

import json
import socket
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.faults.conftest import Product, meanwhile, observe_beside, read_answer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

BODY_SECONDS = 3  # As the product is told in conftest.py.


def trickle(product: Product, path: str, credential: str) -> bytes:
    """Send a body byte by byte, each half second; what came back."""
    head = f"POST {path} HTTP/1.1\r\nHost: {product.gatehouse.url[7:]}\r\n{credential}"
    with product.connect() as client:
        client.sendall(f"{head}Content-Length: 5000\r\n\r\n".encode())
        end = time.monotonic() + 20
        while time.monotonic() < end:
            answer = read_answer(client, 0.5)
            if answer:
                return answer
            client.sendall(b"x")
    return b"nothing"


@pytest.mark.parametrize(
    ("path", "credential"),
    [
        ("/scim/v2/Users", "Authorization: Bearer made-up\r\n"),
        ("/sign-in/", ""),
        ("/console/", "Cookie: gatehouse_session=made-up\r\n"),
        ("/saml/acme/", ""),
    ],
)
def test_twenty_four_slow_bodies_are_given_up_and_nobody_waits_for_them(
    product: Product, path: str, credential: str
) -> None:
    before = observe_beside(product, product.get, seconds=2)

    with meanwhile(partial(trickle, product, path, credential), times=24) as answers:
        during = observe_beside(product, product.get, seconds=BODY_SECONDS)

    assert set(during.asked.statuses) == {200}
    assert during.is_as_quick_as(before)
    assert len(answers) == 24
    assert all(isinstance(each, bytes) and each.startswith(b"HTTP/1.1 408") for each in answers)
    assert all(b"connection: close" in each for each in answers if isinstance(each, bytes))


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("POST /scim/v2/Users", "", 401),
        ("POST /scim/v2/Users", "Authorization: Basic eDp5\r\n", 401),
        ("POST /scim/v2/Bulk", "Authorization: Bearer\r\n", 401),
        ("PUT /scim/v2/Users/1", "", 401),
        ("POST /nothing/here/", "", 404),
        ("POST /console/", "", 403),
        ("POST /platform/", "", 403),
        ("POST /account/password/", "", 403),
        ("POST /sign-in/", "Host: another.example\r\n", 400),
        ("POST /scim/v2/Users", "Authorization: Bearer x\r\nContent-Length: 99999999\r\n", 413),
        ("POST /sign-in/", "Content-Length: 99999999\r\n", 413),
        ("POST /sign-in/", "Transfer-Encoding: gzip, chunked\r\n", 400),
    ],
)
def test_what_is_refused_for_its_headers_is_refused_before_the_body(
    product: Product, request_line: str, headers: str, status: int
) -> None:
    if "Host:" not in headers:
        headers += "Host: <host>\r\n"
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        headers += "Content-Length: 5000\r\n"
    began = time.monotonic()

    answer = product.raw(f"{request_line} HTTP/1.1\r\n{headers}\r\nx".encode())

    assert answer.startswith(f"HTTP/1.1 {status}".encode())
    assert b"connection: close" in answer
    assert time.monotonic() - began < BODY_SECONDS - 1


@pytest.mark.parametrize("size", [100_000, 1_000_000, 6_000_000])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/scim/v2/Users", 401),
        ("/nothing/here/", 404),
        ("/account/password/", 403),
        ("/health/live", 405),
        ("/health/ready", 405),
        (f"/sign-in/?{'a' * 17_000}", 414),
    ],
)
def test_who_sends_all_of_a_refused_body_before_it_listens_hears_why(
    product: Product, path: str, status: int, size: int
) -> None:
    assert answers_to(product, path, size) == {f"HTTP/1.1 {status}"}


@pytest.mark.parametrize("size", [5 * 1024 * 1024 + 1, 6_000_000, 20_000_000])
def test_who_sends_all_of_a_body_that_is_too_long_before_it_listens_hears_why(
    product: Product, size: int
) -> None:
    assert answers_to(product, "/sign-in/", size) == {"HTTP/1.1 413"}


def answers_to(product: Product, path: str, size: int) -> set[str]:
    """How the answers begin to five such requests, each sent whole before the answer is read."""
    head = f"POST {path} HTTP/1.1\r\nHost: <host>\r\nContent-Length: {size}\r\n\r\n"
    return {product.raw(head.encode() + b"x" * size)[:12].decode() for _ in range(5)}


def test_a_body_in_chunks_is_read_whole_and_limited_while_it_is_read(product: Product) -> None:
    def chunks(size: int, number: int) -> Iterator[bytes]:
        yield b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"chunked",'
        yield b'"title":"'
        for _ in range(number):
            yield b"x" * size
        yield b'"}'

    made = product.call("POST", "/scim/v2/Users", product.acme, content=chunks(10, 3))
    refused = product.call("POST", "/scim/v2/Users", product.acme, content=chunks(65_536, 90))

    assert made.status_code == 201
    assert made.json()["title"] == "x" * 30
    assert refused.status_code == 413
    assert refused.json()["status"] == "413"


WHOLE = json.dumps({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "cut"})
CHUNK = f"{len(WHOLE):x}\r\n{WHOLE}\r\n"


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ("Content-Length: 1000", WHOLE),
        ("Content-Length: 100000", WHOLE),
        ("Transfer-Encoding: chunked", CHUNK),
        ("Transfer-Encoding: chunked", f"{CHUNK}5\r\n  "),
        ("Transfer-Encoding: chunked", f"{CHUNK}0\r\n"),
        ("Transfer-Encoding: chunked", f"{CHUNK}-5\r\n     \r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", f"{CHUNK}zz\r\n"),
        ("Transfer-Encoding: chunked", f"{CHUNK}{'F' * 17}\r\n"),
    ],
)
def test_a_body_that_breaks_off_is_refused_though_what_came_of_it_makes_sense(
    product: Product, framing: str, body: str
) -> None:
    head = f"POST /scim/v2/Users HTTP/1.1\r\nHost: {product.gatehouse.url[7:]}\r\n"
    head += f"Authorization: Bearer {product.acme.token}\r\nContent-Type: application/scim+json\r\n"
    with product.connect() as client:
        client.sendall(f"{head}{framing}\r\n\r\n{body}".encode())
        client.shutdown(socket.SHUT_WR)
        answer = read_answer(client, 10)
    found = product.call("GET", '/scim/v2/Users?filter=userName eq "cut"', product.acme)

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"broke off" in answer
    assert found.json()["totalResults"] == 0


def test_a_client_that_goes_amid_its_body_leaves_nothing_behind(product: Product) -> None:
    printed = len(product.printed())
    for _ in range(10):
        with product.connect() as client:
            client.sendall(
                b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n"
                b"Content-Length: 500000\r\n\r\n" + b"x" * 100_000
            )

    assert product.get() == 200
    assert "Traceback" not in product.printed()[printed:]
