"""Tasks that set something up: an identity provider, people, an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.groups.groups import GroupFields, create_group
from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import SetUpLink
from saml_sso.services.set_up_links import make_set_up_link
from tests.browser.first_tasks.walking import task
from tests.support.saml_party import party_of
from tests.support.saml_server import serving

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.browser.first_tasks.walking import Walk
    from tests.provisioning.engine.scim_fake import Fake

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = "E-Mail;Vorname;Nachname\nzoe@acme.example;Zoë;Groß\n"


@task("Connect an identity provider from the set-up link", on_phone=False)
def test_an_identity_provider_is_connected(walk: Walk, acme: Tenant, alice: User) -> None:
    with tenant_scope(acme):
        secret = make_set_up_link(tenant=acme, purpose=SetUpLink.Purpose.SAML, days=1)
    with serving(party_of("acme"), name_id=alice.email) as idp:
        colleague = walk.by_stranger("Colleague without an account", link=f"/set-up/acme/{secret}/")

        colleague.upload("Metadata XML", "idp.xml", idp.metadata())
        colleague.click("Preview")
        colleague.sees("It is not saved yet")
        colleague.click("Save")
        colleague.click("Test sign-in")
        colleague.sees("The test passed")
    colleague.click("Continue with step 3")
    colleague.click("Switch SAML sign-on on")

    colleague.sees("SAML sign-on is on.")
    walk.ends_at(colleague)
    acme.refresh_from_db()
    assert acme.saml_enabled


@task("Import people from a CSV file", on_phone=False)
def test_people_are_imported(walk: Walk, acme: Tenant, alice: User) -> None:
    admin = walk.by(alice, "Admin")

    admin.click("Console")
    admin.go_to("User list")
    admin.click("Import")
    admin.upload("CSV file", "staff.csv", STAFF)
    admin.click("Upload")
    admin.click("Show what would happen")
    admin.click("Import 1 person")

    admin.sees("Zoë Groß")
    walk.ends_at(admin)
    with tenant_scope(acme):
        assert User.objects.filter(user_name="zoe@acme.example").exists()


@task("Give an application its first people", on_phone=False)
def test_an_application_gets_its_first_people(
    walk: Walk, acme: Tenant, alice: User, bob: User, fake: Fake
) -> None:
    with tenant_scope(acme):
        create_group(values=GroupFields(display_name="Crew"), member_ids=[bob.pk])
    admin = walk.by(alice, "Admin")

    admin.click("Console")
    admin.go_to("Applications")
    admin.click("Add an application")
    admin.click("any SCIM 2.0 application")
    admin.fill("Display name", "Planner")
    admin.click("Save & Next")
    admin.fill("SCIM base URL", fake.base_url)
    admin.fill("Bearer token", "opaque")
    admin.click("Save & Next")
    admin.click("Save & Next")
    admin.click("Skip this step")
    admin.fill("Assign further groups", "Crew")
    admin.click("Save & Next")
    admin.click("Save & Next")
    admin.click("Skip this step")
    admin.click("Save & Next")
    admin.click("Preview a plan")
    admin.sees("Nothing has been sent.")
    admin.click("Send")

    admin.sees("It is on its way.")
    walk.ends_at(admin)
    assert bob.user_name in fake.users()
