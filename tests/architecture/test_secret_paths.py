"""Secrets in addresses, whatever becomes of the request: in no log and in no ``Referer``."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.secrets.secret_paths import SecretConverter, mask_text
from tests.conftest import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts.models import User

pytestmark = pytest.mark.django_db

SECRET = "Zx9-planted_SECRET"
SOUNDS_SECRET = re.compile(r"secret|token|password|code$|^key$")


class SecretRoute(NamedTuple):
    """A route that takes a secret, and its address with :data:`SECRET` in each place for one."""

    pattern: URLPattern
    path: str


def routes() -> list[SecretRoute]:
    return list(_routes(get_resolver().url_patterns, "/"))


def _routes(patterns: list[Any], prefix: str) -> Iterator[SecretRoute]:
    for each in patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, path)
        elif "<secret:" in path:
            path = re.sub(r"<secret:\w+>", SECRET, path)
            yield SecretRoute(each, re.sub(r"<(?:\w+:)?\w+>", "acme", path))


def every_pattern(patterns: list[Any]) -> Iterator[URLPattern]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from every_pattern(each.url_patterns)
        else:
            yield each


def raising(error: Exception) -> Callable[..., HttpResponse]:
    def view(*args: object, **kwargs: object) -> HttpResponse:
        raise error

    return view


ANSWERS: dict[HTTPStatus, Callable[..., HttpResponse]] = {
    HTTPStatus.BAD_REQUEST: raising(BadRequest()),
    HTTPStatus.FORBIDDEN: raising(PermissionDenied()),
    HTTPStatus.NOT_FOUND: raising(Http404()),
    HTTPStatus.METHOD_NOT_ALLOWED: lambda *_args, **_kwargs: HttpResponseNotAllowed(["GET"]),
    HTTPStatus.GONE: lambda *_args, **_kwargs: HttpResponse(status=HTTPStatus.GONE),
    HTTPStatus.INTERNAL_SERVER_ERROR: raising(RuntimeError(f"It broke at /link/{SECRET}/.")),
}


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, as any handler would write it, and the records themselves."""
    lines = [logging.Formatter().format(record) for record in caplog.records]
    return "\n".join([*lines, *(f"{record.msg} {record.args}" for record in caplog.records)])


def test_routes_with_secrets_are_found() -> None:
    assert len(routes()) >= 6


def test_every_parameter_that_sounds_like_a_secret_is_declared_one() -> None:
    for pattern in every_pattern(get_resolver().url_patterns):
        for name, converter in pattern.pattern.converters.items():
            if SOUNDS_SECRET.search(name):
                assert isinstance(converter, SecretConverter), pattern


@pytest.mark.parametrize("status", ANSWERS, ids=lambda status: status.name)
@pytest.mark.parametrize("route", routes(), ids=lambda route: str(route.pattern.name))
def test_no_answer_logs_the_secret(
    route: SecretRoute,
    status: HTTPStatus,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(route.pattern, "callback", ANSWERS[status])

    response = Client(raise_request_exception=False).get(route.path)

    assert response.status_code == status
    assert "django.request" in {record.name for record in caplog.records}
    assert SECRET not in logged(caplog)


@pytest.mark.parametrize("route", routes(), ids=lambda route: str(route.pattern.name))
@pytest.mark.parametrize(
    "misspelt",
    [
        *("{path}x/y/", "{cut}", "{cut}%0A", "/x{path}", "{path}?next=/{path}", "{cut} and more/"),
        *("{upper}",),
    ],
)
def test_an_address_that_leads_nowhere_is_logged_without_it(
    route: SecretRoute, misspelt: str, caplog: pytest.LogCaptureFixture, acme: object
) -> None:
    caplog.set_level(logging.DEBUG)
    start, _secret, rest = route.path.partition(SECRET)
    values = {"path": route.path, "cut": start + SECRET, "upper": start.upper() + SECRET + rest}

    Client().get(misspelt.format_map(values))
    Client().post(misspelt.format_map(values))

    assert SECRET not in logged(caplog)
    assert "and more" not in logged(caplog)


@pytest.mark.parametrize("route", routes(), ids=lambda route: str(route.pattern.name))
def test_no_page_tells_its_address_in_a_referer(route: SecretRoute, acme: object) -> None:
    assert Client().get(route.path)["Referrer-Policy"] == "strict-origin"


def test_other_pages_keep_theirs(bob: User) -> None:
    assert signed_in(bob).get("/account/")["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "line",
    [
        f'GET /saml/acme/?SAMLResponse={SECRET}&x=1 HTTP/1.1" 400',
        f"/saml/acme/logout?SAMLRequest={SECRET}&RelayState={SECRET}&SigAlg=a&Signature={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}==",
        f"Cookie: a=b; gatehouse_session={SECRET}; gatehouse_saml={SECRET}",
        f"csrfmiddlewaretoken={SECRET}&new_password1={SECRET}&secret={SECRET}",
        f"Referer: http://127.0.0.1:8000/link/{SECRET}/ again",
        f'127.0.0.1 - "POST /set-up/acme/{SECRET}/test/ HTTP/1.1" 500',
    ],
)
def test_lines_of_other_logs_are_masked(line: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("some.server.access").warning("%(line)s", {"line": line})

    assert SECRET not in logged(caplog)
    assert "•••" in caplog.text


def test_what_holds_no_secret_is_logged_as_it_is() -> None:
    for line in ("GET /account/ 200", "/link/", "a token=", "Bearer", "100% of /set-up/acme"):
        assert mask_text(line) == line


def test_a_record_that_cannot_be_formatted_is_left_to_its_handler() -> None:
    record = logging.getLogRecordFactory()("x", logging.INFO, "x.py", 1, "%d", ("no number",), None)

    assert record.args == ("no number",)


def test_tracebacks_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"no such page: /link/{SECRET}/")
    except ValueError:
        logging.getLogger("x").exception("It failed.")

    assert "no such page: /link/•••/" in caplog.text
    assert SECRET not in caplog.text
