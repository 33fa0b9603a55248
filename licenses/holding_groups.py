"""Holding what it takes to change the groups of somebody, where there are several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import DirectoryGroupProfile
from accounts.services.holding import wait_to_lose
from accounts.storage.group_locks import hold_group, hold_people, hold_profiles, hold_tenant
from accounts.storage.memberships import groups_above
from licenses.storage.seats import subscriptions_given
from licenses.waiting import lock_subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


def hold_groups_of(
    person: UUID,
    groups: Collection[UUID],
    *,
    profiles: Collection[int] = (),
    subscriptions: Collection[int] = (),
) -> None:
    """Hold what it takes to let ``person`` into these groups, or out of them, one by one.

    Beside that these access profiles and subscriptions are held, to be given or taken by hand.
    Everything is held in the order of :mod:`accounts.storage.group_locks`: by themselves changes of
    two groups would hold the seats that the first one gives before the second group.
    """
    hold_people([person])
    for group in sorted(groups):
        hold_group(group, people=[person])
    around = groups_above(groups)
    hold_tenant()
    mapped = DirectoryGroupProfile.objects.filter(group_id__in=around)
    hold_profiles({*profiles, *mapped.values_list("profile_id", flat=True)})
    wait_to_lose()
    lock_subscriptions({*subscriptions, *subscriptions_given(around)})
