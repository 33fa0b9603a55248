"""Writing entries of the audit trail: by themselves, or with the statement of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.db import connection

from accounts.storage.prepared import prepared_cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

Entry: TypeAlias = tuple[Any, ...]
"""One entry, as the values of :data:`VALUES`; :func:`accounts.trail.audit.values_of` makes it."""

INSERT: Final = (
    "INSERT INTO accounts_auditentry "
    "(tenant_id, at, actor, action, target_type, target_id, target, details, request_id)"
)
"""How a statement begins that adds entries, for one that takes them from rows it has changed."""

VALUES: Final = ", ".join(["%s"] * 9)
"""The places of one entry after :data:`INSERT`, for a statement that also makes the change."""


def write_entries(rows: Sequence[Entry]) -> None:
    """Write entries, with one statement for all of them.

    Every change writes here, so what the ORM would work out each time is spelt out once.
    """
    places = ", ".join([f"({VALUES})"] * len(rows))
    with prepared_cursor() if len(rows) == 1 else connection.cursor() as cursor:
        cursor.execute(f"{INSERT} VALUES {places}", [value for row in rows for value in row])
