"""Creating many people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.storage.user_sets import insert_users
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.services.users import UserFields


def create_users(*, many: Sequence[UserFields]) -> list[str | None]:
    """Create the members whose ``userName`` is free, and return their ids in the order of ``many``.

    ``None`` stands for somebody whose name is taken, in the active tenant or earlier in ``many``,
    or is none that anybody can have; nothing was done about them.  One statement writes all of
    them with their entries in the trail.
    """
    return insert_users(many=many, actor=audit.acting(), source_id=audit.acting_source())
