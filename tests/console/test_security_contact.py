"""Where one may report what one finds (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

URL = "/.well-known/security.txt"


def test_the_contact_is_published(settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@gatehouse.example"

    response = Client().get(URL)

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@gatehouse.example"
    assert lines["Canonical"] == f"{settings.BASE_URL}{URL}"
    expires = parse_datetime(lines["Expires"])
    assert expires is not None
    assert timezone.now() < expires < timezone.now() + timedelta(days=365)


def test_without_a_contact_there_is_nothing(settings: Settings) -> None:
    settings.SECURITY_CONTACT = ""

    assert Client().get(URL).status_code == 404
    assert Client().post(URL).status_code == 405
