"""An admin's form and an identity provider's request that concern the same group and person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import Role, User
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, delete_user
from accounts.storage.group_locks import hold_group, hold_leaver
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, Subscription
from tests.console.test_groups import GROUPS
from tests.support.html_forms import submit
from tests.support.members import add_group_members
from tests.support.overlap import overlap
from tests.support.scim import connect

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(in_acme: Tenant) -> User:
    create_users(many=[UserFields(user_name="ann@acme.example")])
    return User.objects.get(user_name="ann@acme.example")


def test_an_admin_nests_a_group_while_somebody_in_it_is_deleted(
    in_acme: Tenant, console: Client, ann: User
) -> None:
    inner = create_group(values=GroupFields(display_name="Inner"), member_ids=[ann.pk])
    outer = create_group(values=GroupFields(display_name="Outer"))
    set_group_mappings(group=outer, role=Role.EDITOR, profiles=[])

    errors = overlap(
        in_acme,
        lambda: hold_leaver(ann),
        lambda: submit(console, f"{GROUPS}{outer.pk}/change/", add_members="inner"),
        then=lambda: delete_user(user=User.objects.get(pk=ann.pk)),
    )

    assert errors == [None, None]
    assert not User.objects.filter(pk=ann.pk).exists()
    assert outer.members.get().member_group_id == inner.pk


def test_a_source_deletes_whom_it_deactivates_while_somebody_joins_their_group(
    in_acme: Tenant, ann: User
) -> None:
    create_users(many=[UserFields(user_name="zoe@acme.example")])
    zoe = User.objects.get(user_name="zoe@acme.example")
    product = Product.objects.create(key="crm", name="CRM")
    crm = Subscription.objects.create(product=product, seats=5)
    sales = create_group(values=GroupFields(display_name="Sales"), member_ids=[ann.pk])
    set_group_licenses(group=sales, subscriptions=[crm])
    scim = connect(in_acme, on_deactivate="delete")

    errors = overlap(
        in_acme,
        lambda: hold_group(sales.pk, people=[zoe.pk]),
        lambda: scim.patch(f"/Users/{ann.pk}", {"op": "replace", "value": {"active": False}}),
        then=lambda: add_group_members(group=sales, member_ids=[zoe.pk]),
    )

    assert errors == [None, None]
    assert not User.objects.filter(pk=ann.pk).exists()
    assert Seat.objects.get(released=None).user == zoe
