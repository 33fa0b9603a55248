"""Tasks that find something out: why, by whom, and whether."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role
from accounts.services.roles import change_role
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from licenses.group_licenses import set_group_licenses
from tests.browser.first_tasks.walking import task
from tests.conftest import person
from tests.support.logged import LISTED, REFERENCE, connect_both, log_of_each_kind

if TYPE_CHECKING:
    from accounts.models import Tenant, User
    from licenses.models import Subscription
    from tests.browser.first_tasks.walking import Walk

pytestmark = pytest.mark.django_db(transaction=True)


@task("Find out why a person has a licence", on_phone=True)
def test_why_a_person_has_a_licence(
    walk: Walk, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        set_group_licenses(group=group, subscriptions=[crm])
    admin = walk.by(alice, "Admin")

    admin.click("Console")
    admin.find("bob", "Bob")

    admin.within("region", "Licences").within("row", "CRM").sees("Through the group Sales")
    walk.ends_at(admin)


@task("Find out who changed a person's role, and when", on_phone=True)
def test_who_changed_a_role(walk: Walk, acme: Tenant, alice: User, bob: User) -> None:
    ada = person(acme, "Ada", Role.ADMIN)
    with tenant_scope(acme):
        with audit.acting_as(ada.user_name):
            change_role(user=bob, role=Role.EDITOR)
        with audit.acting_as(alice.user_name):
            for number in range(12):
                audit.record("user.updated", bob, changes={"title": [f"{number}", f"{number + 1}"]})
    admin = walk.by(alice, "Admin")

    admin.click("Console")
    admin.find("bob", "Bob")

    admin.within("region", "Role, access and groups").sees(f"By {ada.user_name}, Today")
    walk.ends_at(admin)


@task("Find out why somebody could not sign in", on_phone=True)
def test_why_somebody_could_not_sign_in(walk: Walk, acme: Tenant, alice: User, bob: User) -> None:
    with tenant_scope(acme):
        log_of_each_kind(bob, alice, connect_both()[LISTED])
    admin = walk.by(alice, "Admin, who was told the reference")

    admin.click("Console")
    admin.go_to("Log")
    admin.fill("Search the log", REFERENCE)
    admin.press("Enter")

    admin.sees("Add the certificate that the identity provider uses now.")
    walk.ends_at(admin)
