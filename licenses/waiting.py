"""People whom a directory group entitles to a licence, and who wait for a free seat.

Whatever frees a seat gives it to whoever waits, in the same transaction.  The subscription's row
is locked first, so that somebody who starts to wait at this moment is either seen or sees the
free seat; rows of several subscriptions are locked in the order of their keys.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DirectoryGroupMember, User
from accounts.storage.memberships import groups_below
from accounts.tenancy.scoping import active_tenant_id, tenant_id_scope
from accounts.trail import audit
from licenses.models import GroupLicense, Seat, Subscription

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from django.db.models import QuerySet

_HELD_UP: Final = 1_000
"""How many people are waited for at most when others held their rows."""


def lock_subscriptions(subscription_ids: Collection[int]) -> list[Subscription]:
    """Lock the rows, in the order of their keys, until the transaction ends; return them."""
    return list(
        Subscription.objects.select_for_update(of=("self",))
        .select_related("product")
        .filter(pk__in=list(subscription_ids))
        .order_by("pk")
    )


def fill_free_seats(
    *, subscription_ids: Collection[int], passing_over: Collection[UUID] = ()
) -> None:
    """Give the free seats of these subscriptions to the people who wait for one, oldest first.

    The oldest is who has been a user of the tenant for longest.  ``passing_over`` are those whose
    seat was just taken back.  Must run inside a transaction.
    """
    subscriptions = lock_subscriptions(subscription_ids)
    groups: dict[int, list[UUID]] = {}
    given = GroupLicense.objects.filter(subscription_id__in=list(subscription_ids))
    for subscription_id, group_id in given.values_list("subscription_id", "group_id"):
        groups.setdefault(subscription_id, []).append(group_id)
    for subscription in subscriptions:
        if subscription.pk in groups:
            waiting = people_waiting(subscription.pk, groups[subscription.pk])
            give_seats(subscription, waiting.exclude(pk__in=list(passing_over)))


def people_waiting(subscription_id: int, group_ids: Iterable[UUID]) -> QuerySet[User]:
    """Return the active people in these groups, or in nested ones, without a seat."""
    memberships = DirectoryGroupMember.objects.filter(
        user_id=OuterRef("pk"), group_id__in=groups_below(list(group_ids))
    )
    return without_seat(subscription_id).filter(Exists(memberships))


def without_seat(subscription_id: int) -> QuerySet[User]:
    """Return the active people of the tenant who hold no seat of the subscription."""
    held = Seat.objects.filter(
        subscription_id=subscription_id, user_id=OuterRef("pk"), released=None
    )
    return User.objects.filter(~Exists(held), active=True)


def give_seats(subscription: Subscription, entitled: QuerySet[User]) -> set[UUID]:
    """Give ``entitled`` people, oldest first, as many seats as are free; return who got one.

    The caller has locked the subscription.  A person whose row another transaction holds is
    passed over, because waiting for them here could be a deadlock, and they may be leaving; they
    are asked again as soon as this transaction is committed.
    """
    if not subscription.is_current(timezone.localdate()):
        return set()
    taken = Seat.objects.filter(subscription=subscription, released=None).count()
    free = max(0, subscription.seats - taken)
    if not free:
        return set()
    entitled = entitled.order_by("pk")
    people = list(entitled.select_for_update(no_key=True, skip_locked=True, of=("self",))[:free])
    _record_grants(subscription, people)
    if len(people) < free and entitled.exists():
        again = partial(_give_after_commit, active_tenant_id(), subscription.pk, entitled)
        transaction.on_commit(again, robust=True)
    return {user.pk for user in people}


def _record_grants(subscription: Subscription, people: list[User]) -> None:
    reason = _("Member of a directory group.")
    Seat.objects.bulk_create(
        Seat(
            subscription=subscription,
            user=user,
            user_label=user.user_name,
            granted_by=audit.acting(),
            grant_reason=reason,
            by_group=True,
        )
        for user in people
    )
    product = subscription.product.key
    audit.record_all(
        audit.Event("license.granted", user, {"product": product, "reason": reason})
        for user in people
    )


def _give_after_commit(tenant_id: int, subscription_id: int, entitled: QuerySet[User]) -> None:
    """Serve who was passed over; people are locked before the subscription, as everywhere.

    They may have left the group that gave it, or the group may give it no longer.
    """
    with tenant_id_scope(tenant_id), transaction.atomic():
        held_up = entitled.select_for_update(no_key=True, of=("self",))
        list(held_up.values_list("pk", flat=True)[:_HELD_UP])
        for subscription in lock_subscriptions([subscription_id]):
            groups = GroupLicense.objects.filter(subscription=subscription)
            waiting = people_waiting(subscription.pk, groups.values_list("group_id", flat=True))
            give_seats(subscription, entitled.filter(pk__in=waiting.values("pk")))
