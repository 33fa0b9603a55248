"""What licences do when accounts change, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.signals import users_deactivated
from licenses.services import release_all_seats

if TYPE_CHECKING:
    from uuid import UUID


@receiver(users_deactivated)
def release_seats_of_leavers(*, user_ids: list[UUID], **_kwargs: Any) -> None:
    """Free the seats of people who were deactivated or deleted."""
    release_all_seats(user_ids=user_ids, reason=_("The user was deactivated or deleted."))
