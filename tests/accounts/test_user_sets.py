"""Creating people as a set."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identifiers import uuid7_texts
from accounts.models import AuditEntry, Role, User
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import TenantScopeMissingError, tenant_scope
from accounts.trail.audit import acting_as

if TYPE_CHECKING:
    from accounts.models import Tenant

BABS = UserFields(
    user_name="Babs@acme.example",
    external_id="1",
    email="babs@acme.example",
    given_name='B"a\\bs',
    family_name="Jensén",
    display_name="",
    active=False,
    attributes={"title": "Tour\nGuide", "emails": [{"value": "babs@acme.example"}]},
)


def test_a_set_holds_what_single_creates_would_hold(acme: Tenant) -> None:
    with tenant_scope(acme):
        create_users(many=[BABS])
        user = User.objects.get()

        assert UserFields.of(user) == BABS
        assert (user.role, user.version, user.created) == (Role.MEMBER, 1, user.last_modified)
        assert not user.has_usable_password()


def test_a_set_is_recorded_as_single_creates_are(acme: Tenant) -> None:
    with tenant_scope(acme), acting_as("SCIM: Okta"):
        single = create_user(values=BABS)
        alone = AuditEntry.objects.get(target_id=str(single.pk))
        (made,) = create_users(many=[UserFields(user_name="bob", active=False)])
        together = AuditEntry.objects.get(target_id=made)

    for name in ("tenant_id", "actor", "action", "target_type", "details"):
        assert getattr(together, name) == getattr(alone, name)
    assert (alone.target, together.target) == (single.name_and_address, "bob")


def test_those_whose_name_is_taken_are_left_out(acme: Tenant, bob: User) -> None:
    names = ["new", bob.user_name.upper(), "jörg", "JÖRG", "last"]
    with tenant_scope(acme):
        made = create_users(many=[UserFields(user_name=name) for name in names])

        assert [user_id is not None for user_id in made] == [True, False, True, False, True]
        assert list(User.objects.filter(pk__in=filter(None, made)).order_by("pk")) == [
            User.objects.get(user_name=name) for name in ("new", "jörg", "last")
        ]
        assert AuditEntry.objects.filter(target_id__in=filter(None, made)).count() == 3


def test_ids_and_entries_follow_the_order_of_the_set(acme: Tenant) -> None:
    with tenant_scope(acme):
        made = create_users(many=[UserFields(user_name=name) for name in ("c", "a", "b")])
        entries = AuditEntry.objects.filter(target_id__in=made).order_by("id")

        assert [entry.target for entry in entries] == ["c", "a", "b"]
        assert made == sorted(filter(None, made))


def test_a_name_of_another_tenant_is_free(globex: Tenant, bob: User) -> None:
    with tenant_scope(globex):
        assert create_users(many=[UserFields(user_name=bob.user_name)]) != [None]
        assert User.objects.get().tenant == globex


@pytest.mark.parametrize("size", [1, 50])
def test_a_set_of_any_size_is_one_statement(acme: Tenant, size: int) -> None:
    many = [UserFields(user_name=f"user{number}") for number in range(size)]
    with tenant_scope(acme), CaptureQueriesContext(connection) as queries:
        create_users(many=many)

    assert len(queries) == 1


def test_nobody_is_no_statement(acme: Tenant) -> None:
    with tenant_scope(acme), CaptureQueriesContext(connection) as queries:
        assert create_users(many=[]) == []

    assert not queries.captured_queries


@pytest.mark.django_db
def test_nobody_is_created_outside_a_tenant() -> None:
    with pytest.raises(TenantScopeMissingError):
        create_users(many=[BABS])


def test_ids_of_a_set_are_unique_version_7_uuids_in_order() -> None:
    texts = uuid7_texts(5_000)
    ids = [UUID(text) for text in texts]

    assert [str(each) for each in ids] == texts == sorted(set(texts))
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
