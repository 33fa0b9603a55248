"""What becomes of a request's headers: its environment, its caller, its body's length."""

from typing import Any

import pytest

from operations.requests.client_address import client_address
from operations.requests.refusal_pages import page
from operations.server.answers import STATUSES, Refusal
from operations.server.callers import ANONYMOUS, SIGN_IN, Callers
from operations.server.environ import announced_length, environ_of, give_body, refuse_long_address
from operations.server.rsgi import Scope


class Headers:
    """As granian hands them over."""

    def __init__(self, *items: tuple[str, str]) -> None:
        self._items = items

    def items(self) -> list[tuple[str, str]]:
        return list(self._items)


def scope(*headers: tuple[str, str], **changes: Any) -> Scope:
    made: Any = Scope()
    values = {
        "http_version": "1.1",
        "server": "127.0.0.1:8000",
        "client": "192.0.2.7:4711",
        "scheme": "http",
        "method": "GET",
        "path": "/",
        "query_string": "",
        "authority": None,
        **changes,
    }
    made.__class__ = type("Asked", (Scope,), {"headers": Headers(*headers), **values})
    found: Scope = made
    return found


def test_a_header_with_an_underscore_in_its_name_is_left_out() -> None:
    environ = environ_of(
        scope(("x-forwarded-for", "203.0.113.9"), ("x_forwarded_for", "9.9.9.9"), ("a_b", "c"))
    )

    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert "HTTP_A_B" not in environ


def test_headers_that_come_twice_are_joined() -> None:
    environ = environ_of(
        scope(("x-forwarded-for", "a"), ("x-forwarded-for", "b"), ("cookie", "c"), ("cookie", "d"))
    )

    assert environ["HTTP_X_FORWARDED_FOR"] == "a,b"
    assert environ["HTTP_COOKIE"] == "c; d"


def test_paths_are_spelt_as_wsgi_has_it() -> None:
    assert environ_of(scope(path="/é"))["PATH_INFO"] == "/Ã©"


@pytest.mark.parametrize("client", ["192.0.2.7:4711", "[2001:db8::1]:4711"])
def test_the_address_of_the_client_has_no_port(client: str) -> None:
    assert environ_of(scope(client=client))["REMOTE_ADDR"] in {"192.0.2.7", "2001:db8::1"}


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "3"), ("transfer-encoding", "chunked")],
        [("transfer-encoding", "gzip, chunked")],
        [("transfer-encoding", "identity")],
    ],
)
def test_a_body_that_is_framed_twice_or_otherwise_is_refused(
    headers: list[tuple[str, str]],
) -> None:
    with pytest.raises(Refusal) as refused:
        announced_length(environ_of(scope(*headers)))

    assert (refused.value.status, refused.value.closes) == (400, True)


def test_a_body_in_chunks_is_given_with_the_length_it_turned_out_to_have() -> None:
    environ = environ_of(scope(("transfer-encoding", "chunked")))
    assert announced_length(environ) is None

    give_body(environ, b"abc")

    assert environ["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert environ["wsgi.input"].read() == b"abc"


@pytest.mark.parametrize("status", STATUSES)
def test_every_refusal_has_a_page_and_a_scim_error(status: Any) -> None:
    refusal = Refusal(status, "Why.", retry_after=7, closes=True)

    as_page, as_error = refusal.answer("/sign-in/"), refusal.answer("/scim/v2/Users")

    assert as_page.body == page(status)
    assert b"<h1>" in as_page.body
    for answer in (as_page, as_error):
        assert answer.status == status
        assert {("retry-after", "7"), ("connection", "close")} <= set(answer.headers)
    assert b'"status":"%d"' % status in as_error.body


@pytest.mark.parametrize(
    ("caller", "forwarded", "proxies", "client"),
    [
        ("10.0.0.1", "203.0.113.9", 0, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9", 2, "10.0.0.1"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "unknown", 1, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9:4711", 1, "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::9]:4711", 1, "2001:db8::9"),
        ("10.0.0.1", "[2001:db8::9]", 1, "2001:db8::9"),
        ("10.0.0.1", "2001:DB8:0::9", 1, "2001:db8::9"),
        ("10.0.0.1", "::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("::ffff:10.0.0.1", "", 0, "10.0.0.1"),
        ("fe80::1%eth0", "", 0, "fe80::1"),
        ("10.0.0.1", "203.0.113.9,", 1, "10.0.0.1"),
    ],
)
def test_the_client_is_whom_the_first_trusted_proxy_saw(
    caller: str, forwarded: str, proxies: int, client: str
) -> None:
    assert client_address(caller, forwarded, proxies) == client


class TestCallers:
    """The tenant once it is proved, else the address."""

    @pytest.fixture
    def callers(self) -> Callers:
        self.now = 100.0
        return Callers(
            trusted_proxies=0,
            session_cookie="session",
            password_paths=["/sign-in/"],
            clock=lambda: self.now,
        )

    def request(self, *headers: tuple[str, str], **changes: Any) -> dict[str, Any]:
        return environ_of(scope(*headers, **changes))

    @pytest.mark.parametrize("header", [("authorization", "Bearer x"), ("cookie", "session=x")])
    def test_a_credential_counts_once_it_has_proved_whose_it_is(
        self, callers: Callers, header: tuple[str, str]
    ) -> None:
        request = self.request(header)
        assert callers.of(request).group == ANONYMOUS

        callers.learn(request, "tenant 1")

        assert callers.of(request).group == "tenant 1"
        assert callers.of(self.request()).group == ANONYMOUS
        assert callers.of(self.request((header[0], f"{header[1]}y"))).group == ANONYMOUS

    def test_it_is_forgotten_when_it_was_not_good_for_long(self, callers: Callers) -> None:
        request = self.request(("authorization", "Bearer x"))
        callers.learn(request, "tenant 1")

        self.now += 601

        assert callers.of(request).group == ANONYMOUS

    def test_made_up_credentials_share_the_line_of_their_address(self, callers: Callers) -> None:
        found = {
            callers.of(self.request(("authorization", f"Bearer {number}"))) for number in range(9)
        }

        assert len(found) == 1

    def test_addresses_have_lines_of_their_own_and_a_network_has_one(
        self, callers: Callers
    ) -> None:
        of = [
            callers.of(self.request(client=client))
            for client in (
                "192.0.2.7:1", "192.0.2.8:1", "[2001:db8::1]:1", "[2001:db8::2]:1",
                "[2001:db8:0:1::1]:1",
            )
        ]  # fmt: skip

        assert len(set(of)) == 4
        assert of[2] == of[3]

    def test_trying_passwords_is_a_group_of_its_own_whoever_does_it(self, callers: Callers) -> None:
        session = ("cookie", "session=x")
        callers.learn(self.request(session), "tenant 1")

        tried = callers.of(self.request(session, method="POST", path="/sign-in/"))

        assert tried.group == SIGN_IN
        assert callers.of(self.request(session, path="/sign-in/")).group == "tenant 1"


@pytest.mark.parametrize("where", ["path", "query_string"])
def test_an_address_that_is_too_long_is_refused_with_414(where: str) -> None:
    refuse_long_address(scope(**{"path": "/", where: "/" + "x" * 98}), 100)

    with pytest.raises(Refusal) as refused:
        refuse_long_address(scope(**{"path": "/", where: "/" + "x" * 200}), 100)

    assert refused.value.status == 414
    assert refused.value.closes
