"""The page behind a set-up link, open in several tabs: those of colleagues, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.identity_provider_form import IdentityProviderForm
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.services.switches import disable_saml
from scim.models import BearerToken
from tests.saml_sso.test_set_up_links import make, next_certificate, send
from tests.support.html_forms import what_is_sent

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.saml_party import Party

STORED = sorted(
    {field.name for field in IdentityProviderSettings._meta.fields}
    & IdentityProviderForm.base_fields.keys()
)
"""The fields of the form that show what is stored."""


@pytest.fixture
def path(acme: Tenant, console: Client, idp: Party) -> str:
    """A link to set up SAML, which is off: what is saved counts at once."""
    with tenant_scope(acme):
        disable_saml(tenant=acme)
    return make(console, "saml")


def stored(acme: Tenant) -> tuple[list[str], list[str]]:
    """What the form shows of what is stored, and the certificates beside it."""
    with tenant_scope(acme):
        row = IdentityProviderSettings.objects.get()
        prints = IdentityProviderCertificate.objects.values_list("fingerprint", flat=True)
        return [getattr(row, name) for name in STORED], sorted(prints)


@pytest.mark.parametrize("field", STORED)
def test_an_old_tab_undoes_nothing_that_another_has_saved(
    acme: Tenant, path: str, field: str
) -> None:
    colleague = Client()
    old = what_is_sent(colleague.get(path).content.decode(), "version")
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(**{field: "https://new.example/there"})
    now = stored(acme)

    given = {**old, "certificate": next_certificate()}
    page = colleague.post(path, given).content.decode()

    assert stored(acme) == now
    assert "somebody else changed" in page
    assert "It is now" in page
    again = what_is_sent(page, "version")
    assert colleague.post(path, again).status_code == 302
    values, prints = stored(acme)
    assert values == now[0]
    assert len(prints) == 2


def test_a_certificate_that_came_meanwhile_is_shown_before_another_is_added(
    acme: Tenant, console: Client, idp: Party
) -> None:
    with tenant_scope(acme):
        disable_saml(tenant=acme)
    path = make(console, "certificate")
    old = what_is_sent(Client().get(path).content.decode(), "version")
    with tenant_scope(acme):
        IdentityProviderCertificate.objects.all().delete()
    now = stored(acme)

    page = Client().post(path, {**old, "certificate": next_certificate()}).content.decode()

    assert stored(acme) == now
    assert "Certificates that are trusted" in page


def test_what_is_sent_twice_is_saved_once(acme: Tenant, path: str) -> None:
    old = what_is_sent(Client().get(path).content.decode(), "version")
    sent = {**old, "sso_url": "https://new.example/sso"}

    assert [Client().post(path, sent).status_code for _time in range(2)] == [302, 302]


def test_of_two_tabs_one_makes_a_token_and_the_other_ends_none(
    acme: Tenant, console: Client, idp: Party
) -> None:
    path = make(console, "scim")
    old = what_is_sent(Client().get(path).content.decode(), "make_token")
    send(Client(), path, {"make_token": "1"})

    page = Client().post(path, old, follow=True).content.decode()

    assert "Nothing was done" in page
    assert 'id="scim-token"' not in page
    with tenant_scope(acme):
        assert BearerToken.objects.get().revoked is None
