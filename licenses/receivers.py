"""What licences do when accounts change, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.signals import (
    group_membership_changed,
    group_rules,
    users_deactivated,
)
from licenses.group_licenses import apply_group_licenses
from licenses.models import GroupLicense
from licenses.services import release_all_seats
from licenses.storage.seats import subscriptions_given

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

group_rules.append(GroupLicense)


@receiver(users_deactivated)
def release_seats_of_leavers(*, user_ids: list[UUID], **_kwargs: Any) -> None:
    """Free the seats of people who were deactivated or deleted."""
    release_all_seats(user_ids=user_ids, reason=_("The user was deactivated or deleted."))


@receiver(group_membership_changed)
def follow_groups(
    *, group_ids: list[UUID], people: Callable[[], list[UUID]], **_kwargs: Any
) -> None:
    """Give and take the seats that the groups' mappings say; most groups have none."""
    given = subscriptions_given(group_ids)
    if given:
        apply_group_licenses(user_ids=people(), subscription_ids=given)
