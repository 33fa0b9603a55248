"""A secret key that does not open what is stored: the rest is served, and what is not is said."""

import pytest
from django.test import Client

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import ServiceProviderKey
from saml_sso.services.keys import ensure_key


@pytest.fixture
def acme_with_a_key(acme: Tenant) -> Tenant:
    """A tenant whose private key was encrypted under a secret key that is gone."""
    with tenant_scope(acme):
        ensure_key(tenant=acme)
        key = ServiceProviderKey.objects.get()
        key.private_key = "gAAAAABnot-of-this-key"
        key.save()
    return acme


def test_the_operators_see_which_tenants_are_concerned(
    platform: Client, acme_with_a_key: Tenant
) -> None:
    page = platform.get("/platform/").content.decode()

    assert "does not open what is stored encrypted: keys of the service provider of acme" in page
    assert "GATEHOUSE_PREVIOUS_SECRET_KEYS" in page


def test_nothing_is_said_when_the_key_opens_all(platform: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        ensure_key(tenant=acme)

    assert "does not open" not in platform.get("/platform/").content.decode()


def test_the_tenants_pages_are_served_and_the_log_names_it(
    client: Client, acme_with_a_key: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/saml/acme/metadata")

    assert answer.status_code == 200
    assert "KeyDescriptor" not in answer.content.decode()
    assert "A private SAML key of tenant acme is left out" in caplog.text
