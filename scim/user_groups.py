"""The groups of a person: their role, their custom profiles, their directory groups.

``groups`` of a User resource is computed, never stored (RFC 7643, Section 4.1.2).  It is read in
the statement that reads the user, as JSON, so that it costs no statement of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from accounts.models import Role
from accounts.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

ALL_GROUPS: Final = """
WITH RECURSIVE up(id, direct) AS (
  SELECT m.group_id, TRUE FROM accounts_directorygroupmember m
  WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id
  UNION
  SELECT m.group_id, FALSE FROM accounts_directorygroupmember m
  JOIN up ON m.member_group_id = up.id WHERE m.tenant_id = u.tenant_id
)
SELECT 'profile:' || p.id AS id, p.name AS name, TRUE AS direct
FROM accounts_profilemembership pm JOIN accounts_accessprofile p ON p.id = pm.profile_id
WHERE pm.tenant_id = u.tenant_id AND pm.user_id = u.id AND NOT p.is_default
UNION ALL
SELECT g.id::text, g.display_name, up.direct
FROM (SELECT up.id, bool_or(up.direct) AS direct FROM up GROUP BY up.id) up
JOIN accounts_directorygroup g ON g.id = up.id
"""
"""The profiles and directory groups of the row ``u`` of accounts_user: (id, name, direct)."""

GROUPS_COLUMN: Final = f"""
(SELECT json_agg(json_build_array(g.id, g.name, g.direct) ORDER BY g.id) FROM ({ALL_GROUPS}) g)
"""
"""The same as one JSON value."""


def group_elements(
    role: str, others: Iterable[tuple[str, str, bool]] | None
) -> list[dict[str, Any]]:
    """Return ``groups`` of a person with this role and these profiles and directory groups."""
    prefix = f"{settings.BASE_URL}/scim/v2/Groups/"
    role_id = f"role:{role}"
    elements = [
        {
            "value": role_id,
            "$ref": prefix + role_id,
            "display": str(Role(role).label),
            "type": "direct",
        }
    ]
    for group_id, name, direct in others or ():
        elements.append(
            {
                "value": group_id,
                "$ref": prefix + group_id,
                "display": name,
                "type": "direct" if direct else "indirect",
            }
        )
    return elements


def groups_of_user(user: User) -> list[dict[str, Any]]:
    """Return ``groups`` of one person, with one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT g.id, g.name, g.direct FROM accounts_user u, LATERAL ({ALL_GROUPS}) g "
            "WHERE u.tenant_id = %s AND u.id = %s ORDER BY g.id",
            [active_tenant_id(), user.pk],
        )
        return group_elements(user.role, cursor.fetchall())
