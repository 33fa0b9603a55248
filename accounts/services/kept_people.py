"""What is kept of somebody whose deletion is held, and how they are made anew of it.

Their row is gone, so they are nowhere: no list, page or statement has to leave them out, and their
user name is free.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from accounts.models import HeldPerson, ProfileMembership, User
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from accounts.trail.changes import names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

_NOT_KEPT: Final = frozenset({"id", "tenant", "password", "last_login"})
"""A password is no fact to keep in a list: they choose a new one, or sign in through SAML."""
_KEPT: Final = tuple(
    field.attname
    for field in User._meta.concrete_fields
    if not field.generated and field.name not in _NOT_KEPT
)


def keep_person(*, user: User, groups: Sequence[UUID]) -> None:
    """Keep what there is of somebody who is held, and about to be deleted."""
    columns = {name: _as_json(getattr(user, name)) for name in _KEPT}
    # What a group gives comes back with the group.
    profiles = ProfileMembership.objects.filter(user=user, by_group=False)
    kept = {
        "columns": columns,
        "groups": [str(group) for group in groups],
        # Each with the membership that they lose.
        "profiles": [list(each) for each in profiles.values_list("profile_id", "pk")],
    }
    held = HeldPerson.objects.filter(user_id=user.pk, outcome="")
    # Whom what is held has deactivated before is taken back as somebody active.
    was_active = user.active or user.has_just_left
    columns["active"] = was_active or held.filter(kept__was_active=True).exists()
    held.update(kept=kept)


def record_deletion(person: HeldPerson) -> None:
    """Say in the trail that somebody is deleted now, whose deletion was held."""
    columns = person.kept.get("columns", {})
    called = {name: columns.get(name, "") for name in ("user_name", "email", "display_name")}
    user = User(id=person.user_id, tenant_id=active_tenant_id(), user_name=person.name or "-")
    if columns:
        user = User(id=person.user_id, tenant_id=active_tenant_id(), **called)
    audit.record("user.deleted", user, **names(called))


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
