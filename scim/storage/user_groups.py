"""The groups of a person: their role, their custom profiles, their directory groups.

``groups`` of a User resource is computed, never stored (RFC 7643, Section 4.1.2).  It is read in
the statement that reads the user, as JSON, so that it costs no statement of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from accounts.group_kinds.fixed_names import ROLE_NAMES, profile_group_name
from accounts.storage.nesting import closure_above
from scim.addresses import groups_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_PROFILE: Final = "profile:"
ALL_GROUPS: Final = "SELECT g.id, g.name, g.direct FROM accounts_groups_of(u.tenant_id, u.id) g"
"""The profiles and directory groups of the row ``u`` of accounts_user: (id, name, direct)."""

# The fences (OFFSET 0) have the memberships of each person looked up in an index, however many
# there are altogether.
_UP: Final = closure_above(
    """SELECT page.tenant_id, page.id, TRUE, m.group_id FROM page CROSS JOIN LATERAL (
    SELECT m.group_id FROM accounts_directorygroupmember m
    WHERE m.tenant_id = page.tenant_id AND m.user_id = page.id OFFSET 0
  ) m""",
    name="up",
    carried={"tenant_id": "up.tenant_id", "user_id": "up.user_id", "direct": "FALSE"},
    tenant="up.tenant_id",
)
GROUPS_OF_PAGE: Final = f"""{_UP}, groups_of_page AS (
  SELECT found.user_id,
    json_agg(json_build_array(found.id, found.name, found.direct) ORDER BY found.id)::text AS list
  FROM (
    SELECT once.user_id, g.id::text, g.display_name AS name, once.direct
    FROM (SELECT user_id, group_id, bool_or(direct) AS direct FROM up GROUP BY 1, 2) once
    JOIN accounts_directorygroup g ON g.id = once.group_id
    UNION ALL
    SELECT page.id, 'profile:' || p.id, p.name, TRUE FROM page CROSS JOIN LATERAL (
      SELECT pm.profile_id FROM accounts_profilemembership pm
      WHERE pm.tenant_id = page.tenant_id AND pm.user_id = page.id OFFSET 0
    ) pm JOIN accounts_accessprofile p ON p.id = pm.profile_id WHERE NOT p.is_default
  ) found
  GROUP BY found.user_id
)
"""
"""For WITH RECURSIVE, after ``page``: (user_id, list), the same for every user of ``page``."""


def group_elements(
    role: str, others: Iterable[tuple[str, str, bool]] | None
) -> list[dict[str, Any]]:
    """Return ``groups`` of a person with this role and these profiles and directory groups."""
    prefix = groups_url()
    elements = [_role_element(prefix, role)]
    for group_id, name, direct in others or ():
        elements.append(
            {
                "value": group_id,
                "$ref": prefix + group_id,
                "display": profile_group_name(name) if group_id.startswith(_PROFILE) else name,
                "type": "direct" if direct else "indirect",
            }
        )
    return elements


def shown_of_groups(groups: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what an answer with these elements of ``groups`` shows; URLs follow from the ids."""
    for element in groups:
        yield element["value"]
        yield element["display"]
        yield element["type"]


@lru_cache(maxsize=64)
def _role_element(prefix: str, role: str) -> dict[str, Any]:
    """Return the element of a role; it is shared, so treat it as immutable."""
    role_id = f"role:{role}"
    return {
        "value": role_id,
        "$ref": prefix + role_id,
        "display": ROLE_NAMES[role],
        "type": "direct",
    }
