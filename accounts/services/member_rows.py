"""Writing the member rows of a directory group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_LET_PEOPLE_IN: Final = """
    WITH found AS (
        SELECT person.id, EXISTS (
            SELECT FROM accounts_directorygroupmember member
            WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
                AND member.user_id = person.id
        ) AS is_in
        FROM accounts_user person
        WHERE person.tenant_id = %(tenant)s AND person.id = ANY(%(ids)s)
    ), joined AS (
        INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
        SELECT %(tenant)s, %(group)s, found.id FROM found WHERE NOT found.is_in ORDER BY found.id
        ON CONFLICT DO NOTHING
        RETURNING user_id
    )
    SELECT found.id, joined.user_id IS NOT NULL
    FROM found LEFT JOIN joined ON joined.user_id = found.id
"""


def let_people_in(*, group_id: UUID, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Make the active tenant's people among ``ids`` members, and say whether each is new.

    Ids that are nobody's are not in the answer.  One statement, and none of the present members
    is read, so the cost is that of ``ids`` alone.
    """
    params: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "group": group_id,
        "ids": list(ids),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_LET_PEOPLE_IN, params)
        return dict(cursor.fetchall())
