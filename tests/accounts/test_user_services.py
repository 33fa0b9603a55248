"""Creating, changing and removing people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models import UniqueConstraint

from accounts.errors import LastAdminError, UnknownMemberError, UserNameTakenError
from accounts.models import AuditEntry, Role, Session, User
from accounts.services.roles import add_role_members, change_role
from accounts.services.users import (
    USER_NAME_UNIQUE,
    UserFields,
    create_user,
    deactivate_user,
    delete_user,
    update_user,
)
from accounts.tenancy.scoping import ForeignTenantError, TenantScopeMissingError, tenant_scope
from tests.conftest import person, signed_in
from tests.support.members import replace_role_members

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant


def test_a_user_name_that_differs_only_in_case_is_taken(acme: Tenant, bob: User) -> None:
    with tenant_scope(acme), pytest.raises(UserNameTakenError):
        create_user(values=UserFields(user_name=bob.user_name.upper()))


def test_each_constraint_that_keeps_names_apart_has_words_of_its_own() -> None:
    constraints = {
        each.name
        for each in User._meta.constraints
        if isinstance(each, UniqueConstraint) and "user_name_ci" in each.fields
    }

    assert set(USER_NAME_UNIQUE) == constraints
    assert len({str(said) for said in USER_NAME_UNIQUE.values()}) == len(constraints)


def test_a_user_name_with_umlauts_is_taken_in_any_case(acme: Tenant) -> None:
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="jörg@acme.example"))
        with pytest.raises(UserNameTakenError):
            create_user(values=UserFields(user_name="JÖRG@acme.example"))


def test_the_same_user_name_is_free_in_another_tenant(globex: Tenant, bob: User) -> None:
    with tenant_scope(globex):
        assert create_user(values=UserFields(user_name=bob.user_name)).tenant == globex


def test_an_update_without_a_difference_writes_nothing(acme: Tenant, bob: User) -> None:
    with tenant_scope(acme):
        assert update_user(user=bob, values=UserFields.of(bob)) is False
        assert User.objects.get(pk=bob.pk).version == 1


def test_a_deactivated_user_loses_every_session(acme: Tenant, bob: User) -> None:
    browser = signed_in(bob)
    assert Session.objects.filter(user=bob).exists()

    with tenant_scope(acme):
        deactivate_user(user=bob)

    assert not Session.objects.filter(user=bob).exists()
    assert "_auth_user_id" not in browser.session


def test_they_lose_them_by_whatever_statement_they_are_deactivated(acme: Tenant, bob: User) -> None:
    signed_in(bob)

    with tenant_scope(acme):
        User.objects.filter(pk=bob.pk).update(active=False)

    assert not Session.objects.filter(user=bob).exists()


def test_the_last_active_admin_stays(acme: Tenant, alice: User, bob: User) -> None:
    attempts: list[Callable[[], None]] = [
        lambda: deactivate_user(user=alice),
        lambda: delete_user(user=alice),
        lambda: change_role(user=alice, role=Role.MEMBER),
        lambda: replace_role_members(role=Role.ADMIN, user_ids=[]),
        lambda: replace_role_members(role=Role.EDITOR, user_ids=[alice.pk, bob.pk]),
    ]
    with tenant_scope(acme):
        for attempt in attempts:
            with pytest.raises(LastAdminError):
                attempt()
            alice.refresh_from_db()
            assert alice.is_admin


def test_an_admin_can_leave_when_another_remains(acme: Tenant, alice: User) -> None:
    second = person(acme, "Second", Role.ADMIN)
    with tenant_scope(acme):
        deactivate_user(user=alice)
        assert User.objects.get(role=Role.ADMIN, active=True) == second


def test_adding_to_a_role_moves_people_out_of_the_former_one(
    acme: Tenant, alice: User, bob: User
) -> None:
    with tenant_scope(acme):
        add_role_members(role=Role.EDITOR, user_ids=[bob.pk])
        add_role_members(role=Role.CONNECTOR_ADMIN, user_ids=[bob.pk])
        bob.refresh_from_db()
        assert bob.role == Role.CONNECTOR_ADMIN
        assert AuditEntry.objects.filter(action="user.role_changed", target_id=bob.pk).count() == 2


def test_another_tenants_user_cannot_be_given_a_role(acme: Tenant, grace: User) -> None:
    with tenant_scope(acme), pytest.raises(UnknownMemberError):
        add_role_members(role=Role.EDITOR, user_ids=[grace.pk])


def test_nothing_is_read_or_written_without_a_tenant(bob: User) -> None:
    with pytest.raises(TenantScopeMissingError):
        User.objects.count()
    with pytest.raises((TenantScopeMissingError, ForeignTenantError)):
        User.objects.bulk_create([User(user_name="nobody")])
    with pytest.raises((TenantScopeMissingError, ForeignTenantError)):
        bob.save()


def test_a_row_of_another_tenant_cannot_be_written(globex: Tenant, bob: User) -> None:
    with tenant_scope(globex), pytest.raises(ForeignTenantError):
        User.objects.bulk_create([User(tenant_id=bob.tenant_id, user_name="intruder")])
