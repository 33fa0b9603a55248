"""What can be asked for: a licence that can be handed out, or an access profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from access_requests.models import AccessRequest
from accounts.models import AccessProfile, ProfileMembership
from accounts.storage.group_locks import hold_people, hold_profiles
from licenses.models import Seat, Subscription
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

Thing: TypeAlias = Subscription | AccessProfile
FURTHEST_DAYS: Final = 3650
"""Days from now up to which something can be wanted or granted."""


def licences_to_ask_for(user: User) -> QuerySet[Subscription]:
    """Return the licences that run today, and that ``user`` neither holds nor has asked for."""
    today = timezone.localdate()
    held = Seat.objects.filter(subscription=OuterRef("pk"), user=user, released=None)
    running = Q(starts__lte=today) & (Q(ends=None) | Q(ends__gte=today))
    return (
        Subscription.objects.filter(running, ~Exists(held), ~Exists(_asked(user, "subscription")))
        .select_related("product")
        .order_by("product__name", "pk")
    )


def profiles_to_ask_for(user: User) -> QuerySet[AccessProfile]:
    """Return the access profiles that ``user`` is not in and has not asked for."""
    member = ProfileMembership.objects.filter(profile=OuterRef("pk"), user=user)
    return AccessProfile.objects.filter(
        ~Exists(member), ~Exists(_asked(user, "profile")), is_default=False
    ).order_by("name", "pk")


def is_held(user: User, thing: Thing) -> bool:
    """Whether ``user`` has a seat of this subscription, or is in this access profile."""
    if isinstance(thing, Subscription):
        return Seat.objects.filter(subscription=thing, user=user, released=None).exists()
    return ProfileMembership.objects.filter(profile=thing, user=user).exists()


def held_to_be_changed(request: AccessRequest) -> AccessRequest | None:
    """Hold the person, the thing and the request, in this order; return how the request is now.

    It is that of :mod:`accounts.storage.group_locks`, so nobody waits for each other, and who
    comes second sees what the first has done.  Nothing when it is gone, with its person.
    """
    hold_people([request.user_id])
    if request.profile_id is not None:
        hold_profiles([request.profile_id])
    if request.subscription_id is not None:
        lock_subscriptions([request.subscription_id])
    held = AccessRequest.objects.select_for_update(no_key=True, of=("self",))
    return (
        held.select_related("user", "profile", "subscription__product")
        .filter(pk=request.pk)
        .first()
    )


def _asked(user: User, kind: str) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(
        user=user, state=AccessRequest.State.OPEN, **{kind: OuterRef("pk")}
    )
