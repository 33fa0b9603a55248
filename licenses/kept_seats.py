"""Seats that stay reserved for people whose change is held, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from licenses.group_licenses import apply_group_licenses
from licenses.models import Seat
from licenses.services import release_all_seats, release_seats
from licenses.storage.given_by_groups import given_by_groups
from licenses.storage.seats import subscriptions_held
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User


def keep_seats(*, user_ids: Collection[UUID]) -> None:
    """Let the seats of people who are about to be deleted stay reserved for them."""
    for user_id in user_ids:
        Seat.objects.filter(user=user_id, released=None).update(kept_for=user_id)


def seats_kept(user_id: UUID) -> QuerySet[Seat]:
    """Return the seats that are kept for somebody who is deleted."""
    return Seat.objects.filter(kept_for=user_id, released=None)


@transaction.atomic
def release_reserved(*, user_ids: Collection[UUID]) -> None:
    """Take back the seats of inactive people, which a held change had reserved."""
    release_all_seats(user_ids=user_ids, reason=_("The user was deactivated or deleted."))


@transaction.atomic
def release_kept(*, user_id: UUID) -> None:
    """Take back the seats that were kept for somebody who is deleted."""
    kept = seats_kept(user_id)
    lock_subscriptions(kept.values_list("subscription_id", flat=True))
    release_seats(kept, _("The user was deactivated or deleted."))


@transaction.atomic
def release_not_given(*, user: User) -> None:
    """Take back the seats that no group of somebody gives them any more."""
    held = subscriptions_held([user.pk])
    apply_group_licenses(user_ids=[user.pk], subscription_ids=held)


@transaction.atomic
def give_back_kept(*, user_id: UUID, to: User) -> None:
    """Let ``to`` have the seats that were kept for somebody; of what they hold, none twice."""
    kept = seats_kept(user_id)
    lock_subscriptions(kept.values_list("subscription_id", flat=True))
    theirs = Seat.objects.filter(user=to, released=None).values("subscription_id")
    release_seats(kept.filter(subscription__in=theirs), _("They hold one already."))
    _record("license.given_back", to, kept)
    kept.update(user=to, user_label=to.user_name, kept_for=None)


@transaction.atomic
def keep_by_hand(*, user: User) -> None:
    """Let somebody keep the seats that no group of theirs gives any more, as if given by hand."""
    theirs = Seat.objects.filter(user=user, released=None, by_group=True)
    left = theirs.exclude(subscription__in=given_by_groups(user.pk))
    _record("license.left_by_groups", user, left)
    left.update(by_group=False)


def _record(action: str, user: User, seats: QuerySet[Seat]) -> None:
    products = seats.order_by("pk").values_list("subscription__product__key", flat=True)
    audit.record_all(audit.Event(action, user, {"product": each}) for each in products)
