"""Every codec that Python knows, as the charset that a request to the served product claims."""

from __future__ import annotations

from encodings.aliases import aliases
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from tests.architecture.test_routes import routes
from tests.support.saml_party import party_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.support.installation import Directory, Gatehouse, ServedTenant

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("served_gatehouse")]

CODECS = sorted({*aliases.values(), "idna", "punycode", "undefined", "unicode_escape", "no-such"})
"""Charsets, and codecs that are none: both can stand in ``Content-Type``."""
WAYS = [f"; charset={codec}" for codec in CODECS] + [
    "; charset*=mbcs''%41", "; a*=idna''%41", "; a*0*=punycode''x; a*1*=%ff", '; charset="utf-16',
]  # fmt: skip
"""Parameters of a media type that a decoder may stumble over."""
FORMS = {
    "multipart/form-data; boundary=x": (
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
        b"Zo\xc3\xab@x.example\r\n--x--"
    ),
    "application/x-www-form-urlencoded": b"username=Zo%C3%AB@x.example",
}


@pytest.fixture(scope="module")
def coded(served_gatehouse: Gatehouse) -> ServedTenant:
    return served_gatehouse.make_tenant("coded")


@pytest.fixture(scope="module")
def directory(coded: ServedTenant) -> Directory:
    return coded.connect(party_of("coded").metadata())


@pytest.fixture
def browser(coded: ServedTenant) -> Iterator[httpx2.Client]:
    with coded.browser() as client:
        client.follow_redirects = False
        yield client


def test_codecs_are_found() -> None:
    assert len(CODECS) > 90


@pytest.mark.parametrize("codec", ["zlib", "undefined"])
def test_no_route_fails_over_what_is_no_charset(browser: httpx2.Client, codec: str) -> None:
    for route in routes():
        for form, body in FORMS.items():
            kind = {"content-type": f"{form}; charset={codec}"}
            path = f"{route.url}?next=%2Faccount%2F"
            for answer in (
                browser.get(path, headers=kind),
                browser.post(path, content=body, headers=kind),
            ):
                assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, route


def test_a_filter_means_the_same_in_whatever_charset_it_comes(
    browser: httpx2.Client, directory: Directory
) -> None:
    zoe = directory.add_person("Zoë")

    for way in WAYS:
        found = browser.get(
            "/scim/v2/Users",
            params={"filter": f'userName eq "{zoe}"'},
            headers={
                "Authorization": f"Bearer {directory.token}",
                "Content-Type": f"application/scim+json{way}",
            },
        )

        assert [one["userName"] for one in found.json()["Resources"]] == [zoe], way


@pytest.mark.parametrize("form", FORMS)
def test_a_form_in_another_charset_is_refused(browser: httpx2.Client, form: str) -> None:
    for codec in CODECS:
        kind = {"content-type": f"{form}; charset={codec}"}

        answer = browser.post("/sign-in/", content=FORMS[form], headers=kind)

        # Those in UTF-8, of which ASCII is a part, are only missing their token.
        expected = HTTPStatus.FORBIDDEN if codec == "ascii" else HTTPStatus.BAD_REQUEST
        assert answer.status_code == expected, codec


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["", "; charset=utf-8", "; charset=UTF8", '; charset="UTF-8"'])
def test_a_form_in_utf_8_is_read(browser: httpx2.Client, form: str, way: str) -> None:
    browser.get("/sign-in/")
    token = browser.cookies["gatehouse_csrf"]
    headers = {"content-type": f"{form}{way}", "X-CSRFToken": token}

    answer = browser.post("/sign-in/", content=FORMS[form], headers=headers)

    assert answer.status_code == HTTPStatus.OK
    assert "Zoë@x.example" in answer.text
