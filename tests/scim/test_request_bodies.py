"""Bodies of requests, whichever way their length is told."""

from __future__ import annotations

import json
import socket
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone
from typing_extensions import override

from operations.requests.request_bodies import take_body
from scim.limits import MAX_BODY
from tests.support.installation import PASSWORD
from tests.support.processes import PATIENCE
from tests.support.saml_party import Party, party_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from tests.support.installation import Directory, Gatehouse, ServedTenant
    from tests.support.scim import SCIMClient

BABS = {"userName": "babs@acme.example", "displayName": "Babs"}


class Sent(BytesIO):
    """A body as a server hands it over, which tells how much of it was read."""

    def left(self) -> int:
        return len(self.getvalue()) - self.tell()


@pytest.fixture
def post(scim: SCIMClient, _connection_stays_open: None) -> Any:
    """Post a user through the application as a WSGI server does: (status, message)."""
    handler = WSGIHandler()

    def send(body: bytes, **environ: Any) -> tuple[int, Any]:
        request = RequestFactory().generic("POST", "/scim/v2/Users", b"").environ
        del request["wsgi.input"]
        request |= {
            "CONTENT_TYPE": "application/scim+json",
            "CONTENT_LENGTH": "",
            "HTTP_AUTHORIZATION": f"Bearer {scim.secret}",
            "wsgi.input": Sent(body),
            "wsgi.input_terminated": True,
            **environ,
        }
        answered: list[str] = []
        take_body(request)

        def start(status: str, headers: object, error: object = None, /) -> Any:
            answered.append(status)

        answer: Any = handler(request, start)
        return int(answered[0].split()[0]), json.loads(answer.content)

    return send


def test_a_body_in_chunks_is_read_as_any_other(post: Any) -> None:
    status, user = post(json.dumps(BABS).encode(), HTTP_TRANSFER_ENCODING="Chunked")

    assert status == 201
    assert user["userName"] == BABS["userName"]


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "20"},
        {"HTTP_TRANSFER_ENCODING": "gzip, chunked"},
        {"HTTP_TRANSFER_ENCODING": "identity"},
        {"HTTP_TRANSFER_ENCODING": ""},
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": False},
        *({"CONTENT_LENGTH": length} for length in ("-1", "+20", "20, 20", "2O", "²", "9" * 19)),
    ],
)
def test_a_body_whose_end_is_told_badly_is_refused(post: Any, environ: dict[str, Any]) -> None:
    status, error = post(json.dumps(BABS).encode(), **environ)

    assert (status, error["status"]) == (400, "400")


def test_the_limit_holds_while_a_body_in_chunks_is_read(post: Any, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    endless = Sent(b" " * 10_000_000)

    status, error = post(b"", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": endless})

    assert (status, error["status"]) == (413, "413")
    assert endless.left() > 9_000_000
    over = {**BABS, "title": "x" * MAX_BODY}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * MAX_BODY
    status, error = post(json.dumps(over).encode(), HTTP_TRANSFER_ENCODING="chunked")
    assert status == 413


@pytest.mark.parametrize("kind", [OSError, ConnectionResetError])
def test_a_client_that_goes_away_in_the_middle_is_told_so(post: Any, kind: type[Exception]) -> None:
    class Broken(BytesIO):
        @override
        def read(self, size: int | None = -1, /) -> bytes:
            raise kind("gone")

    status, error = post(b"", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": Broken()})

    assert (status, error["status"]) == (400, "400")


@pytest.fixture(scope="module")
def tenant(served_gatehouse: Gatehouse) -> ServedTenant:
    return served_gatehouse.make_tenant("chunks")


@pytest.fixture(scope="module")
def party() -> Party:
    return party_of("chunks")


@pytest.fixture(scope="module")
def directory(tenant: ServedTenant, party: Party) -> Directory:
    return tenant.connect(party.metadata())


@pytest.mark.xdist_group("served_gatehouse")
@pytest.mark.django_db
class TestServed:
    """The product over real sockets."""

    @pytest.fixture
    def browser(self, tenant: ServedTenant) -> Iterator[httpx2.Client]:
        with tenant.browser() as browser:
            yield browser

    def test_a_person_is_created_in_chunks(self, directory: Directory) -> None:
        made = httpx2.post(
            f"{directory.scim_url}/Users",
            content=in_chunks(json.dumps(BABS).encode()),
            headers={
                "Authorization": f"Bearer {directory.token}",
                "Content-Type": "application/scim+json",
            },
            trust_env=False,
            timeout=PATIENCE,
        )

        assert made.status_code == 201, made.text
        assert made.json()["displayName"] == "Babs"

    def test_forms_are_sent_in_chunks(self, tenant: ServedTenant, browser: httpx2.Client) -> None:
        browser.get("/sign-in/")
        address = f"admin@{tenant.slug}.example"
        landed = send(browser, "/sign-in/", username=address, password=PASSWORD)
        assert landed.url.path != "/sign-in/", landed.text
        browser.get("/console/accounts/accessprofile/add/")

        saved = send(browser, "/console/accounts/accessprofile/add/", name="In chunks")

        assert saved.status_code == 200
        assert "In chunks" in browser.get("/console/accounts/accessprofile/").text

    def test_a_saml_response_is_sent_in_chunks(
        self, tenant: ServedTenant, directory: Directory, party: Party, browser: httpx2.Client
    ) -> None:
        bob = directory.add_person("Bob")
        forge = party.forge.but(sp_entity_id=tenant.url, acs_url=tenant.url, name_id=bob)

        page = send(browser, tenant.url, SAMLResponse=forge.but(now=timezone.now()).encoded())

        assert page.url.path == "/account/", page.text

    @pytest.mark.parametrize(
        "framing",
        [
            "Content-Length: +4",
            "Content-Length: 4\r\nContent-Length: 5",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
        ],
    )
    def test_a_body_whose_end_is_told_badly_is_refused(
        self, directory: Directory, framing: str
    ) -> None:
        url = urlsplit(directory.scim_url)
        head = (
            f"POST {url.path}/Users HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n"
            f"Authorization: Bearer {directory.token}\r\n"
            f"Content-Type: application/scim+json\r\n{framing}\r\n\r\n"
        )
        with socket.create_connection((url.hostname, url.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + b"4\r\n{}  \r\n0\r\n\r\n")
            answer = connection.recv(65_536)

        assert answer.split()[1] == b"400", answer


def in_chunks(body: bytes) -> Iterator[bytes]:
    """Return a body in pieces: whoever is given an iterator sends chunks."""
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


def send(browser: httpx2.Client, path: str, **data: str) -> httpx2.Response:
    """Post a form in chunks."""
    token = browser.cookies.get("gatehouse_csrf", "")
    form = urlencode({"csrfmiddlewaretoken": token, **data}).encode()
    return browser.post(
        path,
        content=in_chunks(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
