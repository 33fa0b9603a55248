"""Somebody with so many of everything that the page of a person shows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from access_requests.models import AccessRequest
from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import Role, Session
from accounts.services.profiles import create_profile
from accounts.services.settings_of_user import change_profiles
from accounts.trail import audit
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from provisioning.models import Link, Operation, OperationState
from provisioning.services.applications import create_application
from saml_sso.models import SignInAttempt
from scim.models import RequestLogEntry
from tests.support.members import add_group_members

if TYPE_CHECKING:
    from accounts.models import User
    from scim.models import Source


def keep_busy(person: User, source: Source, number: int, *, first: int = 0) -> None:
    """Give ``person`` so many more of everything, numbered from ``first``; their tenant's active.

    A third of what is given comes by a group, and half of the groups are in another one.
    """
    numbers = range(first, first + number)
    for each in numbers:
        _licence(person, each)
        profile = create_profile(name=f"Profile {each}")
        change_profiles(user=person, join=[profile])
        _groups(person, each)
        _ways_in(person, each)
        _logged(person, source, each)
        _at_an_application(person, each)
        AccessRequest.objects.create(user=person, thing=f"Thing {each}", reason="x")


def _licence(person: User, number: int) -> None:
    product = Product.objects.create(key=f"product{number}", name=f"Product {number}")
    bought = Subscription.objects.create(product=product, seats=number % 3)
    group = create_group(values=GroupFields(display_name=f"Licensed {number}"))
    add_group_members(group=group, member_ids=[person.pk])
    if bought.seats == 1:
        assign_seat(subscription=bought, user=person, reason="Route planning")
    else:
        set_group_licenses(group=group, subscriptions=[bought])


def _groups(person: User, number: int) -> None:
    inner = create_group(values=GroupFields(display_name=f"Inner {number}"))
    outer = create_group(values=GroupFields(display_name=f"Outer {number}"))
    add_group_members(group=outer, member_ids=[inner.pk])
    add_group_members(group=inner, member_ids=[person.pk])
    given = create_profile(name=f"Given {number}")
    set_group_mappings(group=outer, role=Role(person.role), profiles=[given])


def _ways_in(person: User, number: int) -> None:
    Session.objects.create(
        session_key=f"{person.pk}{number}"[:64],
        expire_date=timezone.now() + timedelta(days=1),
        user=person,
        method="saml",
        ip_address="192.0.2.1",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    )
    with audit.acting_as(person.user_name):
        audit.record("user.signed_in", person, method="saml")
    audit.record("sign_in.refused", person, reason="The password is wrong.")
    SignInAttempt.objects.create(
        kind=SignInAttempt.Kind.SP_INITIATED,
        outcome=SignInAttempt.Outcome.ACCEPTED,
        reference=f"REF-{number}",
        identifier="b•••@acme.example",
        user=person,
    )


def _logged(person: User, source: Source, number: int) -> None:
    RequestLogEntry.objects.create(
        source=source,
        source_name=source.name,
        method="PATCH",
        route="/Users/{id}",
        resource_id=str(person.pk),
        status=200,
    )
    audit.record("user.updated", person, changes={"given_name": [f"Was {number}", "Is"]})


def _at_an_application(person: User, number: int) -> None:
    application = create_application(name=f"Application {number}", catalogue_key="generic")
    Link.objects.create(
        application=application,
        kind="User",
        object_id=str(person.pk),
        name=person.user_name,
        remote_id=f"remote-{number}",
        state=Link.State.LINKED,
    )
    for _again in range(2):
        Operation.objects.create(
            application=application,
            kind="User",
            object_id=str(person.pk),
            name=person.user_name,
            state=OperationState.DONE,
            main_action="update",
        )
