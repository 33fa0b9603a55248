"""*Sign out everywhere*, on the page of a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from accounts.models import AuditEntry, Role, Session, User
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import is_signed_in, person, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

USERS = "/console/accounts/user/"


def test_every_session_of_the_person_ends_and_nobody_elses(
    console: Client, acme: Tenant, bob: User
) -> None:
    browsers = [signed_in(bob), signed_in(bob)]
    page = console.get(f"{USERS}{bob.pk}/change/").content.decode()
    assert f'action="{USERS}{bob.pk}/sign_out/"' in page
    assert "Sign bob@acme.example out everywhere?" in page

    response = console.post(f"{USERS}{bob.pk}/sign_out/", follow=True)

    assert "2 sessions of Bob have ended." in response.content.decode()
    assert not any(is_signed_in(browser) for browser in browsers)
    with tenant_scope(acme):
        entry = AuditEntry.objects.get(action="session.ended_everywhere")
    assert (entry.actor, entry.target_id) == ("alice@acme.example", str(bob.pk))
    assert entry.details["number"] == 2


def test_the_person_can_sign_in_again(console: Client, bob: User) -> None:
    console.post(f"{USERS}{bob.pk}/sign_out/")

    assert is_signed_in(signed_in(bob))


def test_an_admin_who_does_it_to_themselves_stays_signed_in_here(
    console: Client, alice: User
) -> None:
    elsewhere = signed_in(alice)

    console.post(f"{USERS}{alice.pk}/sign_out/")

    assert is_signed_in(console)
    assert not is_signed_in(elsewhere)


def test_another_tenants_person_is_not_there(
    console: Client, other_console: Client, grace: User
) -> None:
    assert console.post(f"{USERS}{grace.pk}/sign_out/").status_code == HTTPStatus.NOT_FOUND
    assert is_signed_in(other_console)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_no_other_role_may(acme: Tenant, bob: User, role: Role) -> None:
    browser = signed_in(bob)
    other = signed_in(person(acme, "Olive", role))

    assert other.post(f"{USERS}{bob.pk}/sign_out/").status_code == HTTPStatus.FORBIDDEN
    assert is_signed_in(browser)
    assert "/sign_out/" not in other.get(f"{USERS}{bob.pk}/change/").content.decode()


def test_looking_at_the_address_does_nothing(console: Client, bob: User) -> None:
    signed_in(bob)

    response = console.get(f"{USERS}{bob.pk}/sign_out/")

    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert Session.objects.filter(user=bob).exists()
