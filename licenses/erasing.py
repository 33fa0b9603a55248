"""Erasing somebody who was deleted from the history of licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.trail.erasing import write_in_portions
from licenses.models import Seat

if TYPE_CHECKING:
    from accounts.storage.retention import Departed


def erase_holder(departed: Departed) -> None:
    """Take the names of somebody out of the seats that they held, in the active tenant.

    Whoever was called so before or after them goes on being named.
    """
    theirs = Q(
        user=None,
        user_label__in=departed.user_names,
        granted__range=(departed.since, departed.until),
    )
    write_in_portions(Seat, theirs, {"user_label": ""})
