"""The order in which rows are taken is read from the statements, and a breach of it is seen.

``tests/architecture/test_every_fact_is_named.py`` watches every kind of change by every way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import User
from accounts.services.profiles import create_profile, update_profile
from accounts.storage.group_locks import hold_people, hold_profiles, hold_rules
from accounts.tenancy.scoping import tenant_scope
from tests.support.lock_order import watched_locks

if TYPE_CHECKING:
    from accounts.models import Tenant


def test_what_is_taken_in_order_is_in_order(acme: Tenant, alice: User) -> None:
    with tenant_scope(acme), watched_locks() as order:
        profile = create_profile(name="Finance")
        with transaction.atomic():
            hold_rules()
            hold_people([alice.pk])
            hold_profiles([profile.pk])

    held = ["pg_advisory_xact_lock", "accounts_user", "accounts_accessprofile"]
    assert held in order.transactions
    assert order.out_of_order() == []


def test_rules_that_are_taken_after_a_profile_are_seen(acme: Tenant) -> None:
    with tenant_scope(acme):
        profile = create_profile(name="Finance")
        with watched_locks() as order, transaction.atomic():
            hold_profiles([profile.pk])
            update_profile(profile=profile, name="Money", description="")

    assert order.out_of_order() == [["accounts_accessprofile", "pg_advisory_xact_lock"]]


def test_nobody_is_held_where_nobody_is_named_or_waited_for(acme: Tenant) -> None:
    with tenant_scope(acme), watched_locks() as order, transaction.atomic():
        hold_profiles([1])
        hold_people([])
        list(User.objects.select_for_update(skip_locked=True))

    assert order.out_of_order() == []
