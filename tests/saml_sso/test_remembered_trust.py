"""What a process remembers of a tenant never decides: every change counts at the next response."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Plan, Tenant
from accounts.services.tenants import create_tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.remembered_trust import TrustMemory, memory
from saml_sso.services.configuration import add_certificates, remove_certificate
from saml_sso.services.switches import disable_saml, enable_saml
from saml_sso.trust import find_trust
from tests.saml_sso.test_settings_page import press
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import Party, connect, party_of, post_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import User


@pytest.fixture
def known(bob: User, idp: Party) -> Party:
    """Let Bob sign in until what Acme trusts is remembered as it will be from then on."""
    for _response in range(2):
        assert post_response(Client(), idp.forge.but()).status_code == 303
    assert memory.recall("acme") is not None
    return idp


def status_of(idp: Party) -> int:
    return post_response(Client(), idp.forge.but()).status_code


def remove_the_certificate(acme: Tenant) -> None:
    old = IdentityProviderCertificate.objects.get()
    other = certificate(private_key("rsa2048", "another"))
    add_certificates(tenant=acme, certificates=[describe_certificate(pem(other))])
    remove_certificate(tenant=acme, fingerprint=old.fingerprint)


def remove_the_certificate_by_hand(acme: Tenant) -> None:
    """No revision is counted up; whoever has a hold of the database may do this."""
    del acme
    IdentityProviderCertificate.objects.all().delete()


def switch_saml_off(acme: Tenant) -> None:
    disable_saml(tenant=acme)


def forbid_unsolicited_sign_ins(acme: Tenant) -> None:
    del acme
    IdentityProviderSettings.objects.update(allow_idp_initiated=False)


def change_the_plan(acme: Tenant) -> None:
    with every_tenant():
        Tenant.objects.filter(pk=acme.pk).update(plan=Plan.PROFESSIONAL)


@pytest.mark.parametrize(
    "change",
    [
        remove_the_certificate,
        remove_the_certificate_by_hand,
        switch_saml_off,
        forbid_unsolicited_sign_ins,
        change_the_plan,
    ],
)
def test_what_is_not_trusted_any_more_lets_nobody_in(
    known: Party, acme: Tenant, change: Callable[[Tenant], None]
) -> None:
    with tenant_scope(acme):
        change(acme)

    assert status_of(known) == 403


def test_what_was_refused_gets_in_once_it_is_trusted(known: Party, acme: Tenant) -> None:
    with tenant_scope(acme):
        disable_saml(tenant=acme)
    assert [status_of(known), status_of(known)] == [403, 403]
    with tenant_scope(acme):
        enable_saml(tenant=acme)

    assert status_of(known) == 303


def test_a_new_key_of_ours_decrypts_at_once(known: Party, console: Client) -> None:
    press(console, "make-next-key")
    trust = find_trust("acme")
    assert trust is not None
    ours = trust.sp.key_pairs[-1].certificate_pem

    assert post_response(Client(), known.forge.but(encrypt_to=ours)).status_code == 303


def test_a_former_short_name_is_not_found(known: Party, acme: Tenant) -> None:
    with every_tenant():
        Tenant.objects.filter(pk=acme.pk).update(slug="acme-old")

    assert status_of(known) == 403
    assert Client().get("/saml/acme/").status_code == 404


def test_another_tenant_of_the_same_short_name_is_another(
    known: Party, acme: Tenant, tmp_path: Path
) -> None:
    with every_tenant():
        Tenant.objects.filter(pk=acme.pk).update(slug="acme-old")
    other = create_tenant(slug="acme", name="Another Acme", plan=Plan.ENTERPRISE)
    connect(other, tmp_path, party_of("acme"))

    assert status_of(known) == 403  # Bob is nobody there.


def test_settings_of_another_process_cost_a_second_judgement(known: Party, acme: Tenant) -> None:
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(display_name_attribute="name")

    with CaptureQueriesContext(connection) as captured:
        assert status_of(known) == 303

    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    # The person and what was remembered, what is trusted, the person again, the session.
    assert len(asked) == 4, "\n".join(asked)


def test_the_memory_is_bounded(known: Party) -> None:
    trust = find_trust("acme")
    assert trust is not None
    many = TrustMemory()

    for number in range(1_001):
        many.remember(replace(trust, tenant=Tenant(slug=f"tenant{number}")))

    assert many.recall("tenant0") is None
    assert many.recall("tenant1") is not None
    assert many.recall("tenant1000") is not None
