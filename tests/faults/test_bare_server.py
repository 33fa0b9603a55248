"""What a server without a proxy makes of requests that say a thing twice, over real sockets."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.faults.conftest import Product, serving, try_password

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def trusting(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product that believes one proxy."""
    with serving(
        tmp_path_factory.mktemp("trusting"), GATEHOUSE_WORKERS="1", GATEHOUSE_TRUSTED_PROXIES="1"
    ) as product:
        yield product


@pytest.mark.parametrize("is_last", [True, False])
def test_a_name_with_an_underscore_does_not_speak_for_the_proxy(
    trusting: Product,
    is_last: bool,  # noqa: FBT001 - a case of the test
) -> None:
    name = f"nobody-{is_last}@acme.example".lower()
    truth, lie = ("X-Forwarded-For", "203.0.113.9"), ("X_Forwarded_For", "9.9.9.9")
    with trusting.browser() as browser:
        browser.headers.update([truth, lie] if is_last else [lie, truth])
        try_password(browser, name, "wrong wrong 1")
    with psycopg.connect(trusting.gatehouse.environment["DATABASE_URL"]) as database:
        found = database.execute(
            "SELECT DISTINCT ip_address FROM axes_accessattempt WHERE username = %s", [name]
        ).fetchall()

    assert [str(address) for (address,) in found] == ["203.0.113.9"]


def test_a_body_that_is_framed_twice_ends_where_its_chunks_end_and_so_does_the_connection(
    product: Product,
) -> None:
    # RFC 9112, Section 6.3: Transfer-Encoding counts, and nothing that follows is a request.
    answers = product.raw(
        b"POST /sign-in/ HTTP/1.1\r\nHost: <host>\r\nContent-Length: 6\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        b"GET /health/live HTTP/1.1\r\nHost: <host>\r\n\r\n"
    )

    assert statuses(answers) == ["403"], answers  # It has no CSRF token.


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 3, 4\r\n",
        b"Content-Length : 3\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
    ],
)
def test_a_framing_that_can_be_read_in_two_ways_ends_the_connection(
    product: Product, framing: bytes
) -> None:
    answers = product.raw(
        b"POST /sign-in/ HTTP/1.1\r\nHost: <host>\r\n" + framing + b"\r\nabc\r\n"
        b"GET /health/live HTTP/1.1\r\nHost: <host>\r\n\r\n"
    )

    assert statuses(answers) == ["400"], answers


def statuses(answers: bytes) -> list[str]:
    return re.findall(r"HTTP/1\.1 (\d{3})", answers.decode(errors="replace"))
