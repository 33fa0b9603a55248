"""Finding the person a sign-in is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What it takes to sign in; the rest is read when it is asked for.
_NEEDED: Final = frozenset(
    ("id", "tenant_id", "user_name", "email", "display_name", "password", "active", "role")
)
_COLUMNS: Final = tuple(
    field.attname for field in User._meta.concrete_fields if field.attname in _NEEDED
)
BY_ADDRESS: Final = (
    f"SELECT {', '.join(_COLUMNS)} FROM accounts_user "  # noqa: S608 - the model's own columns
    "WHERE tenant_id = %s AND (email_ci = %s OR user_name_ci = %s) ORDER BY id LIMIT 2"
)
"""SQL for the columns of :func:`people_in`; its places stand for :func:`by_address`."""


def find_by_address(address: str) -> list[User]:
    """Return the active tenant's users with this e-mail address or user name, at most two.

    ``address`` is folded as the columns are.  Columns that signing in does not need are read
    when they are asked for.
    """
    with prepared_cursor() as cursor:
        cursor.execute(BY_ADDRESS, by_address(address))
        return people_in(cursor.fetchall())


def by_address(address: str) -> tuple[Any, ...]:
    """Return the values of :data:`BY_ADDRESS` for the active tenant."""
    return active_tenant_id(), address, address


def people_in(rows: Iterable[Sequence[Any]]) -> list[User]:
    """Return the users whose columns :data:`BY_ADDRESS` has selected."""
    return [User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row) for row in rows]
