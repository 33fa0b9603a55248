"""Views say whose a credential proved to be, and only then."""

import pytest
from django.test import Client

from accounts.models import Tenant
from accounts.requests.callers import CALLER, OPERATORS
from tests.conftest import PASSWORD
from tests.support.scim import connect


def caller(answer: object) -> object:
    return answer.wsgi_request.META.get(CALLER)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/console/", "/console/accounts/user/", "/account/"])
def test_pages_of_a_tenant_name_it(console: Client, acme: Tenant, path: str) -> None:
    assert caller(console.get(path)) == f"tenant {acme.pk}"


@pytest.mark.parametrize("path", ["/platform/", "/account/"])
def test_pages_of_operators_name_them(platform: Client, path: str) -> None:
    assert caller(platform.get(path)) == OPERATORS


@pytest.mark.parametrize("path", ["/Users", "/Groups", "/Schemas", "/Me", "/nothing"])
def test_every_endpoint_of_scim_names_the_tenant_of_the_token(acme: Tenant, path: str) -> None:
    assert caller(connect(acme).raw("GET", path)) == f"tenant {acme.pk}"


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/console/", "/scim/v2/Users", "/saml/acme/"])
def test_without_a_credential_nobody_is_named(acme: Tenant, client: Client, path: str) -> None:
    assert caller(client.get(path, headers={"Authorization": "Bearer made-up"})) is None


def test_a_wrong_password_names_nobody(alice: object, client: Client) -> None:
    answer = client.post(
        "/sign-in/", {"username": "alice@acme.example", "password": f"not {PASSWORD}"}
    )

    assert caller(answer) is None
