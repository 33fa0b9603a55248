"""What licences do when accounts change, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.signals import (
    group_membership_changed,
    group_rule_tables,
    users_deactivated,
)
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from licenses.group_licenses import apply_group_licenses
from licenses.services import release_all_seats

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

_GIVEN: Final = """
SELECT DISTINCT subscription_id FROM licenses_grouplicense
WHERE tenant_id = %s AND group_id = ANY(%s)
"""

group_rule_tables.append("licenses_grouplicense")


@receiver(users_deactivated)
def release_seats_of_leavers(*, user_ids: list[UUID], **_kwargs: Any) -> None:
    """Free the seats of people who were deactivated or deleted."""
    release_all_seats(user_ids=user_ids, reason=_("The user was deactivated or deleted."))


@receiver(group_membership_changed)
def follow_groups(
    *, group_ids: list[UUID], people: Callable[[], list[UUID]], **_kwargs: Any
) -> None:
    """Give and take the seats that the groups' mappings say; most groups have none."""
    with prepared_cursor() as cursor:
        cursor.execute(_GIVEN, [active_tenant_id(), list(group_ids)])
        given = {row[0] for row in cursor.fetchall()}
    if given:
        apply_group_licenses(user_ids=people(), subscription_ids=given)
