"""What licences do when accounts change, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.models import HeldPerson
from accounts.services.holding import hold_if_too_many, may_be_held, wait_to_lose
from accounts.signals import (
    group_membership_changed,
    group_rules,
    users_deactivated,
)
from licenses.group_licenses import apply_group_licenses
from licenses.kept_seats import keep_seats
from licenses.models import GroupLicense
from licenses.services import release_all_seats
from licenses.storage.seats import subscriptions_given, subscriptions_held

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

group_rules.append(GroupLicense)


@receiver(users_deactivated)
def release_seats_of_leavers(
    *, user_ids: list[UUID], is_held: bool | None = None, **_kwargs: Any
) -> None:
    """Free the seats of people who were deactivated or deleted, unless that is held."""
    if is_held:
        keep_seats(user_ids=user_ids)
    elif is_held is False or not _is_held(user_ids):
        release_all_seats(user_ids=user_ids, reason=_("The user was deactivated or deleted."))


@receiver(group_membership_changed)
def follow_groups(
    *, group_ids: list[UUID], people: Callable[[], list[UUID]], **_kwargs: Any
) -> None:
    """Give and take the seats that the groups' mappings say; most groups have none."""
    given = subscriptions_given(group_ids)
    if given:
        wait_to_lose()
        apply_group_licenses(user_ids=people(), subscription_ids=given, left=group_ids[:1])


def _is_held(user_ids: list[UUID]) -> bool:
    """Tell whether it is held that people lose their seats; who has none loses nothing."""
    if not may_be_held() or not subscriptions_held(user_ids):
        return False
    return hold_if_too_many(people=user_ids, kind=HeldPerson.Kind.DEACTIVATED) is not None
