"""Requests that somebody comes in between: each one waits at its statement, and then sees why."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import AuditEntry, Role, Session, Tenant, User
from accounts.services.profiles import create_profile
from accounts.services.users import UserFields, delete_user, update_user
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat
from scim.protocol import urns
from tests.support.members import replace_role_members

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db(transaction=True)

_PATIENCE = 30.0
_WAITING = """
SELECT EXISTS (
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
)
"""


def switch_off(person: User) -> tuple[str, str, Any]:
    operation = {"op": "replace", "path": "active", "value": False}
    return "PATCH", f"/Users/{person.pk}", {"schemas": [urns.PATCH_OP], "Operations": [operation]}


def overtaken(
    scim: SCIMClient,
    tenant: Tenant,
    request: tuple[str, str, Any],
    change: Callable[[], object],
    **headers: str,
) -> Any:
    """Return the response to a request that waits until ``change``, begun before, is committed."""
    is_made = threading.Event()

    def make() -> None:
        try:
            with tenant_scope(tenant), transaction.atomic():
                change()
                is_made.set()
                until_somebody_waits()
        finally:
            is_made.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(make)
        is_made.wait(_PATIENCE)
        response = scim.raw(*request, **headers)
        made.result(_PATIENCE)
    return response


def until_somebody_waits() -> None:
    deadline = time.monotonic() + _PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waited for the transaction.")


@pytest.fixture
def subscription(acme: Tenant) -> Subscription:
    with tenant_scope(acme):
        product = Product.objects.create(key="crm", name="CRM")
        return Subscription.objects.create(product=product, seats=1)


def test_a_licence_that_is_given_meanwhile_comes_back(
    scim: SCIMClient, acme: Tenant, bob: User, subscription: Subscription
) -> None:
    def give() -> None:
        assign_seat(subscription=subscription, user=bob)

    response = overtaken(scim, acme, switch_off(bob), give)

    assert response.status_code == 200
    assert response.json()["active"] is False
    with tenant_scope(acme):
        assert not Seat.objects.filter(released=None).exists()
        actions = list(AuditEntry.objects.filter(target_id=bob.pk).values_list("action", flat=True))
        assert actions.count("user.deactivated") == 1
        assert actions.count("license.released") == 1


def test_a_session_that_begins_meanwhile_ends(scim: SCIMClient, acme: Tenant, bob: User) -> None:
    def sign_in() -> None:
        ends = timezone.now() + timedelta(hours=1)
        Session.objects.create(session_key="bobs", user=bob, expire_date=ends)
        User.objects.filter(pk=bob.pk).update(last_login=timezone.now())

    response = overtaken(scim, acme, switch_off(bob), sign_in)

    assert response.status_code == 200
    assert not Session.objects.filter(user=bob).exists()


@pytest.mark.usefixtures("alice")
def test_whoever_becomes_the_last_admin_meanwhile_stays(
    scim: SCIMClient, acme: Tenant, bob: User
) -> None:
    def promote() -> None:
        replace_role_members(role=Role.ADMIN, user_ids=[bob.pk])

    response = overtaken(scim, acme, switch_off(bob), promote)

    assert response.status_code == 409
    with tenant_scope(acme):
        assert User.objects.get(pk=bob.pk).is_admin


def test_a_change_meanwhile_is_kept(scim: SCIMClient, acme: Tenant, bob: User) -> None:
    def rename() -> None:
        read = User.objects.get(pk=bob.pk)
        update_user(user=read, values=replace(UserFields.of(read), display_name="Robert"))

    response = overtaken(scim, acme, switch_off(bob), rename)

    assert response.status_code == 200
    shown = scim.get(f"/Users/{bob.pk}")
    assert (shown["active"], shown["displayName"]) == (False, "Robert")
    assert shown["meta"]["version"] == 'W/"3"'


def test_a_change_meanwhile_fails_the_condition_of_a_request(
    scim: SCIMClient, acme: Tenant, bob: User
) -> None:
    version = scim.get(f"/Users/{bob.pk}")["meta"]["version"]

    def rename() -> None:
        User.objects.filter(pk=bob.pk).update(version=7)

    response = overtaken(scim, acme, switch_off(bob), rename, If_Match=version)

    assert response.status_code == 412
    assert scim.get(f"/Users/{bob.pk}")["active"] is True


def test_whoever_is_deleted_meanwhile_is_not_found(
    scim: SCIMClient, acme: Tenant, bob: User
) -> None:
    def delete() -> None:
        delete_user(user=User.objects.get(pk=bob.pk))

    response = overtaken(scim, acme, switch_off(bob), delete)

    assert response.status_code == 404


@pytest.mark.parametrize("operation", ["add", "remove"])
def test_whoever_joins_or_leaves_while_the_group_around_is_mapped_has_what_it_gives(
    scim: SCIMClient, acme: Tenant, bob: User, operation: str
) -> None:
    with tenant_scope(acme):
        members = [bob.pk] if operation == "remove" else []
        inner = create_group(values=GroupFields(display_name="Inner"), member_ids=members)
        outer = create_group(values=GroupFields(display_name="Outer"), member_ids=[inner.pk])
        finance = create_profile(name="Finance")
    change = {"op": operation, "path": "members", "value": [{"value": str(bob.pk)}]}
    body = {"schemas": [urns.PATCH_OP], "Operations": [change]}

    response = overtaken(
        scim,
        acme,
        ("PATCH", f"/Groups/{inner.pk}", body),
        lambda: set_group_mappings(group=outer, role=None, profiles=[finance]),
    )

    assert response.status_code == 200
    assert response.json()["meta"]["version"] == f'W/"{inner.version + 1}"'
    joined = [{"value": str(bob.pk)}] if operation == "add" else []
    held = scim.get(f"/Groups/profile:{finance.pk}")["members"]
    assert [{"value": member["value"]} for member in held] == joined
