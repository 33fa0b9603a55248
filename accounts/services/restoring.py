"""Making somebody anew whose deletion was held, of what was kept of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.models import User
from accounts.secrets.unusable_passwords import unusable_password
from accounts.services.users import user_names_checked
from accounts.storage.user_rows import insert_user
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit

if TYPE_CHECKING:
    from accounts.models import HeldPerson

_MOMENTS: Final = frozenset({"created", "last_modified"})


def restore_person(*, person: HeldPerson) -> User:
    """Make somebody anew under the id that they had, as they were, with no password.

    Raises:
        UserNameTakenError: Somebody else has their user name by now.
    """
    columns = dict(person.kept["columns"])
    for name in _MOMENTS:
        columns[name] = datetime.fromisoformat(columns[name])
    columns["version"] += 1
    user = User(
        id=person.user_id, tenant_id=active_tenant_id(), password=unusable_password(), **columns
    )
    with user_names_checked():
        insert_user(user, audit.values_of(audit.Event("user.restored", user)))
    return user
