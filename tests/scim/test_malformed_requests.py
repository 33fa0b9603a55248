"""Requests that Django refuses to read are refused as such, wherever they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.test import Client, override_settings

from scim.http.views import users
from tests.architecture.test_routes import Route, routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from tests.support.scim import SCIMClient

MANY = "&".join(f"a{number}=1" for number in range(1_001))


def family(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from family(each)


REFUSALS = sorted(
    {*family(SuspiciousOperation), *family(BadRequest), MultiPartParserError, UnreadablePostError},
    key=lambda kind: kind.__name__,
)


def raising(error: type[Exception]) -> Any:
    def refuse(*args: object, **kwargs: object) -> None:
        raise error("<private>")

    return refuse


@pytest.mark.parametrize("error", REFUSALS)
def test_whatever_django_refuses_is_a_scim_error_on_scim(
    scim: SCIMClient, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr(users, "list_users", raising(error))

    message = scim.request("GET", "/Users", expect=413 if error is RequestDataTooBig else 400)

    assert "private" not in message["detail"]


@pytest.mark.parametrize("error", [each for each in REFUSALS if each is not UnreadablePostError])
def test_whatever_django_refuses_before_a_view_is_a_scim_error_on_scim(
    scim: SCIMClient, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr("scim.http.middleware.resolve", raising(error))

    message = scim.request("GET", "/Users", expect=413 if error is RequestDataTooBig else 400)

    assert "private" not in message["detail"]


@pytest.mark.parametrize("error", REFUSALS)
def test_whatever_django_refuses_is_a_plain_400_on_pages(
    console: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr("accounts.views.account.render", raising(error))

    page = console.get("/account/")

    assert page.status_code == 400
    assert b"private" not in page.content


class TestEveryRoute:
    """More parameters than are read, an address that is not ours, a body that is none."""

    @pytest.fixture
    def browsers(self, console: Client, platform: Client, scim: SCIMClient) -> list[Client]:
        headers = {"authorization": f"Bearer {scim.secret}"}
        return [Client(headers=headers), console, platform]

    def answers(
        self, browsers: list[Client], method: str, query: str = "", **more: Any
    ) -> list[tuple[Route, int, str]]:
        found = []
        for route in routes():
            for browser in browsers:
                answer = browser.generic(method, route.url + query, **more)
                kind = answer.headers.get("Content-Type", "")
                found.append((route, answer.status_code, kind))
        return found

    def check(self, answers: list[tuple[Route, int, str]]) -> None:
        failed = [(route.url, status) for route, status, _kind in answers if status >= 500]
        pages = [
            route.url
            for route, status, kind in answers
            if status >= 400 and route.url.startswith("/scim/") and "scim+json" not in kind
        ]
        assert [each for each in failed if each[1] != 501] == []
        assert pages == []

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_too_many_parameters_are_no_fault_of_the_server(
        self, browsers: list[Client], method: str
    ) -> None:
        self.check(self.answers(browsers, method, f"?{MANY}"))

    def test_too_many_fields_are_no_fault_of_the_server(self, browsers: list[Client]) -> None:
        kind = "application/x-www-form-urlencoded"
        self.check(self.answers(browsers, "POST", data=MANY, content_type=kind))

    def test_a_form_that_cannot_be_read_is_no_fault_of_the_server(
        self, browsers: list[Client]
    ) -> None:
        self.check(self.answers(browsers, "POST", data="x", content_type="multipart/form-data"))

    def test_a_body_over_the_limit_is_no_fault_of_the_server(
        self, browsers: list[Client], settings: Settings
    ) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
        kind = "application/x-www-form-urlencoded"
        self.check(self.answers(browsers, "POST", data="a=" + "b" * 100, content_type=kind))

    def test_an_address_that_is_not_ours_is_no_fault_of_the_server(
        self, browsers: list[Client]
    ) -> None:
        with override_settings(SECURE_SSL_REDIRECT=True):
            answers = self.answers(browsers, "GET", headers={"host": "evil.example"})
        self.check(answers)
        assert {status for _route, status, _kind in answers} == {400}


def test_a_thousand_and_one_parameters_are_400(scim: SCIMClient) -> None:
    error = scim.request("GET", f"/Users?{MANY}", expect=400)

    assert str(django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS) in error["detail"]
