"""Licences that membership of a directory group gives, for tenants that opt in to it.

Membership itself never fails for want of a seat: whoever finds none is recorded in the audit
trail and *waits*, visibly on the group's page, until a seat is free (:mod:`licenses.waiting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import HeldPerson
from accounts.services.holding import hold_if_too_many
from accounts.storage.group_locks import hold_below, hold_rules, read_held_group
from accounts.storage.memberships import groups_reached, people_below
from accounts.trail import audit
from accounts.trail.changes import changes
from licenses.models import GroupLicense, Seat, Subscription
from licenses.services import release_seats_of_group
from licenses.waiting import give_seats, lock_subscriptions, people_waiting, without_seat

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import DirectoryGroup


@transaction.atomic
def set_group_licenses(*, group: DirectoryGroup, subscriptions: Collection[Subscription]) -> None:
    """Let membership of ``group`` give a seat of exactly these subscriptions.

    Everybody in it, also through nesting, is brought into line at once; so are those who waited
    for a seat, when the mapping stays as it was.

    Raises:
        UnknownGroupError: Somebody else deleted the group.
    """
    hold_rules()
    group = read_held_group(group)
    mapped = GroupLicense.objects.filter(group=group)
    named = dict(mapped.values_list("subscription_id", "subscription__product__name"))
    before = set(named)
    after = {subscription.pk for subscription in subscriptions}
    if before != after:
        hold_below([group.pk])
        mapped.filter(subscription_id__in=before - after).delete()
        GroupLicense.objects.bulk_create(
            GroupLicense(group=group, subscription_id=pk) for pk in sorted(after - before)
        )
        audit.record(
            "group.licenses_changed",
            group,
            **changes(
                {"licenses": sorted(named.values())},
                {"licenses": sorted(each.product.name for each in subscriptions)},
            ),
        )
    if before or after:
        apply_group_licenses(user_ids=people_below([group.pk]), subscription_ids=before | after)


@transaction.atomic
def apply_group_licenses(
    *,
    user_ids: Collection[UUID],
    subscription_ids: Collection[int],
    left: Collection[UUID] = (),
) -> None:
    """Make the seats of these subscriptions given by groups match the groups of these people.

    Seats given by hand stay.  Inactive people get none.  Whoever lost theirs by a source that goes
    beyond its limits keeps it until an admin has decided; ``left`` are the groups that they then
    came out of.  The subscriptions are held before the
    groups are read: of two changes, each of which leaves a person one group that gives the seat,
    the second sees what the first has done.
    """
    # All of them at once and in one order, so that two changes never wait for each other.
    locked = lock_subscriptions(subscription_ids)
    entitled = _entitled(user_ids)
    held = Seat.objects.filter(
        user_id__in=list(user_ids), subscription__in=locked, by_group=True, released=None
    )
    ended = {
        seat.pk: seat.user_id
        for seat in held
        if seat.user_id and seat.user_id not in entitled.get(seat.subscription_id, set())
    }
    losers = set(ended.values())
    if ended and hold_if_too_many(people=losers, kind=HeldPerson.Kind.LEFT, groups=left) is None:
        release_seats_of_group(seat_ids=ended, reason=_("Left the directory group."))
    for subscription in locked:
        if subscription.pk in entitled:
            _assign(subscription, entitled[subscription.pk])


def waiting_for_a_seat(*, group: DirectoryGroup, subscription: Subscription) -> int:
    """Return how many active people in ``group`` should hold a seat and hold none."""
    return people_waiting(subscription.pk, [group.pk]).count()


def _entitled(user_ids: Collection[UUID]) -> dict[int, set[UUID]]:
    """Return, for each subscription that groups give, those of the people who are in one."""
    subscriptions: dict[UUID, set[int]] = {}
    for group_id, subscription_id in GroupLicense.objects.values_list(
        "group_id", "subscription_id"
    ):
        subscriptions.setdefault(group_id, set()).add(subscription_id)
    entitled: dict[int, set[UUID]] = {}
    for user_id, groups in groups_reached(user_ids).items():
        for group_id in groups & subscriptions.keys():
            for subscription_id in subscriptions[group_id]:
                entitled.setdefault(subscription_id, set()).add(user_id)
    return entitled


def _assign(subscription: Subscription, user_ids: set[UUID]) -> None:
    """Give seats as far as they go, and record who waits from now on."""
    missing = without_seat(subscription.pk).filter(pk__in=user_ids)
    people = list(missing.order_by("pk"))
    if not people:
        return
    given = give_seats(subscription, missing)
    audit.record_all(
        audit.Event("license.waiting", user, {"product": subscription.product.key})
        for user in people
        if user.pk not in given
    )
