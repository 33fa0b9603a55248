"""The groups of people, and the people of groups, as parts of statements that read people.

Groups are the access profiles and the directory groups here, the latter also through nesting; the
default profile is none.  The id of a profile is its number with ``profile:`` before it.
"""

from __future__ import annotations

from typing import Final

from accounts.storage.nesting import closure_above, closure_below

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
_OF_PAGE: Final = f"""{_UP}, groups_of_page AS (
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
"""  # noqa: S608 - constants of ours
_IN_GROUP: Final = f"""
WITH RECURSIVE {closure_below("SELECT %s::uuid", tenant="{tenant}")}
SELECT m.user_id FROM accounts_directorygroupmember m JOIN below ON m.group_id = below.group_id
WHERE m.tenant_id = {{tenant}} AND m.user_id IS NOT NULL"""  # noqa: S608 - constants of ours
_OF: Final = "SELECT g.id, g.name, g.direct FROM accounts_groups_of({0}.tenant_id, {0}.id) g"
_WITH_PROFILE: Final = """
SELECT pm.user_id FROM accounts_profilemembership pm
JOIN accounts_accessprofile p ON p.id = pm.profile_id
WHERE pm.tenant_id = {tenant} AND p.tenant_id = {tenant} AND p.id = %s::bigint
  AND NOT p.is_default"""


def groups_of(person: str) -> str:
    """Return the query for (id, name, direct) of the groups of the row ``person`` of people."""
    return _OF.format(person)


def groups_as_json(person: str) -> str:
    """Return the expression for what :func:`groups_of` selects, as the text of one JSON value."""
    return f"accounts_groups_of_as_json({person}.tenant_id, {person}.id)::text"


def groups_of_page() -> str:
    """Return the expressions for ``groups_of_page``: (user_id, list), the list as JSON text.

    They follow ``page``, an expression for rows of people, in ``WITH RECURSIVE``.  The groups are
    those of :func:`groups_as_json`; for many people it is quicker to read them together.
    """
    return _OF_PAGE


def people_in_group(tenant_id: int) -> str:
    """Return the query for the ids of everybody in one directory group, whose id is its place."""
    return _IN_GROUP.format(tenant=int(tenant_id))


def people_with_profile(tenant_id: int) -> str:
    """Return the query for the ids of everybody with one profile, whose number is its place."""
    return _WITH_PROFILE.format(tenant=int(tenant_id))
