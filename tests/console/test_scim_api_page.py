"""What *SCIM API* says of each endpoint is what the endpoint answers to the token shown there."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from console.saml_and_scim.scim_api import ENDPOINTS
from tests.support.html_forms import text_of

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.scim import SCIMClient

ASKED_BY_POST = {"Bulk", ".search"}


@pytest.mark.parametrize(("endpoint", "words"), ENDPOINTS)
def test_an_endpoint_that_answers_501_is_said_to_and_no_other(
    console: Client, scim: SCIMClient, endpoint: str, words: str
) -> None:
    method = "POST" if endpoint in ASKED_BY_POST else "GET"

    answer = scim.raw(method, f"/{endpoint}")

    is_there = answer.status_code != HTTPStatus.NOT_IMPLEMENTED
    assert answer.status_code not in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert ("501" in str(words)) is not is_there
    assert str(words) in text_of(console.get("/console/advanced/scim-api/"))
