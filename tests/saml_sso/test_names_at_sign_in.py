"""Names follow the identity provider at each sign-in, where a tenant wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings
from tests.saml_sso.test_sp_initiated import begin
from tests.support.saml_party import Party, person_in, post_response
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import Tenant

SENT: dict[str, tuple[str, ...]] = {
    "givenName": ("Roberta",),
    "sn": ("Meier-Lang",),
    "displayName": ("Roberta Meier-Lang",),
}


@pytest.fixture
def wanted(acme: Tenant, idp: Party) -> Party:
    """Acme wants names to follow."""
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(refresh_names_at_sign_in=True)
    return idp


def names_of(user: User) -> tuple[str, str, str]:
    assert user.tenant is not None
    with tenant_scope(user.tenant):
        now = User.objects.get(pk=user.pk)
    return now.given_name, now.family_name, now.display_name


def sign_in(idp: Party, **attributes: tuple[str, ...]) -> None:
    client = Client()
    post_response(client, idp.forge.but(attributes=attributes))
    assert person_in(client)


def test_nothing_follows_unless_the_tenant_wants_it(bob: User, idp: Party) -> None:
    before = names_of(bob)

    sign_in(idp, **SENT)

    assert names_of(bob) == before


def test_the_switch_is_on_the_page(acme: Tenant, idp: Party, console: Client) -> None:
    page = console.get(reverse("console:saml-and-scim")).content.decode()

    assert "Take people’s names from each sign-in" in page


@pytest.mark.parametrize("began", ["here", "at the identity provider"])
def test_the_names_that_are_sent_replace_those_before(
    acme: Tenant, bob: User, wanted: Party, client: Client, began: str
) -> None:
    asked = {"in_response_to": begin(client)} if began == "here" else {}
    post_response(client, wanted.forge.but(attributes=SENT, **asked))

    assert names_of(bob) == ("Roberta", "Meier-Lang", "Roberta Meier-Lang")
    with tenant_scope(acme):
        entry = AuditEntry.objects.filter(target_id=str(bob.pk)).latest("pk")
    assert (entry.actor, entry.action) == ("SAML sign-in", "user.updated")


@pytest.mark.parametrize("missing", SENT)
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_a_name_that_is_not_sent_stays(bob: User, wanted: Party, missing: str, how: str) -> None:
    before = names_of(bob)
    sent = {**SENT, missing: ("",)}
    if how == "absent":
        del sent[missing]

    sign_in(wanted, **sent)

    place = list(SENT).index(missing)
    assert names_of(bob)[place] == before[place]
    assert names_of(bob) != before


def test_nobody_whom_a_source_has_written_is_changed(
    acme: Tenant, bob: User, wanted: Party
) -> None:
    change = {"op": "replace", "path": "name.givenName", "value": "Rob"}
    connect(acme, name="Okta").patch(f"/Users/{bob.pk}", change)
    with tenant_scope(acme):
        bob.refresh_from_db()
    before = names_of(bob)

    sign_in(wanted, **SENT)

    assert names_of(bob) == before


def test_the_same_names_cost_one_statement(bob: User, wanted: Party) -> None:
    for _time in range(2):  # The first one tests the settings, the second reads them again.
        sign_in(wanted, **SENT)
    message = wanted.forge.but(attributes=SENT)
    with CaptureQueriesContext(connection) as captured:
        post_response(Client(), message)

    assert len([one for one in captured if "SAVEPOINT" not in one["sql"]]) == 3


def test_a_name_of_any_length_keeps_nobody_out(bob: User, wanted: Party) -> None:
    sign_in(wanted, givenName=("x" * 5_000,), sn=("\u202eabc",))

    assert names_of(bob)[0] == "x" * 255


def test_a_test_sign_in_changes_no_name(bob: User, wanted: Party, console: Client) -> None:
    before = names_of(bob)
    console.post(reverse("console:saml-and-scim-test"))

    post_response(console, wanted.forge.but(attributes=SENT))

    assert names_of(bob) == before
