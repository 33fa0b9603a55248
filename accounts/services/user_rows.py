"""Writing the row of one user, without what the ORM would work out anew each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError

from accounts.models import User
from accounts.prepared import prepared_cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

_TENANT: Final = User._meta.get_field("tenant")
_COLUMNS: Final = tuple(
    field.attname for field in User._meta.concrete_fields if not field.generated
)
_INSERT: Final = (
    f"INSERT INTO accounts_user ({', '.join(_COLUMNS)}) "  # noqa: S608 - the model's own columns
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)
_END_SESSIONS: Final = "DELETE FROM accounts_session WHERE user_id = ANY(%s)"


def insert_user(user: User) -> None:
    """Write a new user of the active tenant.

    Raises:
        ForeignTenantError: ``user`` belongs to another tenant.
        IntegrityError: A constraint of the table does not hold.
    """
    _TENANT.pre_save(user, add=True)
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, _values(user, _COLUMNS))
    user._state.adding = False  # noqa: SLF001 - what Django's own save does
    user._state.db = DEFAULT_DB_ALIAS  # noqa: SLF001


def write_columns(user: User, names: Iterable[str]) -> None:
    """Write these columns of a user of the active tenant.

    Raises:
        ForeignTenantError: ``user`` belongs to another tenant.
        DatabaseError: Somebody deleted the user meanwhile.
        IntegrityError: A constraint of the table does not hold.
    """
    _TENANT.pre_save(user, add=False)
    # In one order, so that the same columns are the same statement.
    columns = sorted(names)
    statement = (
        f"UPDATE accounts_user SET {', '.join(f'{column} = %s' for column in columns)} "  # noqa: S608
        "WHERE id = %s AND tenant_id IS NOT DISTINCT FROM %s"
    )
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*_values(user, columns), user.pk, user.tenant_id])
        if not cursor.rowcount:
            raise DatabaseError(f"User {user.pk} does not exist any more.")


def end_sessions(user_ids: Sequence[UUID]) -> None:
    """Sign these people out everywhere."""
    with prepared_cursor() as cursor:
        cursor.execute(_END_SESSIONS, [list(user_ids)])


def _values(user: User, columns: Sequence[str]) -> list[Any]:
    return [
        json.dumps(user.attributes) if column == "attributes" else getattr(user, column)
        for column in columns
    ]
