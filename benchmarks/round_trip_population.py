"""The people, nested groups and roles of the tenant that pushes, made inside the database.

People have everything that SCIM says of a person and that a tenant of ours shows; every tenth is
a manager.  Groups are a tree in which each has up to three others; everybody is in one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.databases import Database

ROOT: Final = "Group 1"
ROLES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "viewer": ("Group 2", ("read",)),
    "editor": ("Group 3", ("read", "write")),
    "auditor": ("Group 5", ("read", "export")),
}
"""By key: the group whose people have the role, and its permissions."""
_BRANCHES: Final = 3

_PEOPLE: Final = """
INSERT INTO accounts_user (id, tenant_id, password, user_name, user_name_ci, external_id, email,
  email_ci, given_name, family_name, display_name, active, role, attributes, created, last_modified,
  version)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, '!',
  'User' || n || '@acme.example', 'user' || n || '@acme.example', 'ext' || n,
  'user' || n || '@acme.example', 'user' || n || '@acme.example', 'Zoë ' || n %% 997,
  'O''Neil ' || n %% 4999, 'Zoë ' || n %% 997 || ' O''Neil', true, 'member',
  jsonb_build_object(
    'emails', jsonb_build_array(
      jsonb_build_object('type', 'work', 'value', 'user' || n || '@acme.example', 'primary', true),
      jsonb_build_object('type', 'home', 'value', 'user' || n || '@home.example')),
    'phoneNumbers', jsonb_build_array(jsonb_build_object('type', 'work', 'value', '+49 30 ' || n)),
    'addresses', jsonb_build_array(jsonb_build_object('type', 'work', 'locality', 'Köln',
      'streetAddress', n || ' Domstraße', 'postalCode', '50667', 'country', 'DE')),
    'title', 'Engineer ' || n %% 7, 'nickName', 'Z' || n, 'userType', 'Employee',
    'locale', 'de-DE', 'timezone', 'Europe/Berlin', 'preferredLanguage', 'de',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    jsonb_build_object('department', 'Research ' || n %% 40, 'employeeNumber', n::text)
      || CASE WHEN n %% 10 = 0 THEN '{}' ELSE jsonb_build_object('manager', jsonb_build_object(
        'value', '01900000-0000-7000-8000-' || lpad(to_hex(n - n %% 10 + 10), 12, '0'))) END),
  now(), now(), 1
FROM generate_series(1, %(people)s::int) n,
  (SELECT id FROM accounts_tenant WHERE slug = %(slug)s) t
"""
_GROUPS: Final = """
INSERT INTO accounts_directorygroup (id, tenant_id, display_name, display_name_ci, external_id,
  mapped_role, attributes, created, last_modified, version)
SELECT ('01910000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, t.id, 'Group ' || g,
  'group ' || g, 'group' || g, '', '{}', now(), now(), 1
FROM generate_series(1, %(groups)s::int) g, (SELECT id FROM accounts_tenant WHERE slug = %(slug)s) t
"""
_NESTED: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, member_group_id)
SELECT t.id,
  ('01910000-0000-7000-8000-' || lpad(to_hex((g + 1) / %(branches)s::int), 12, '0'))::uuid,
  ('01910000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid
FROM generate_series(2, %(groups)s::int) g, (SELECT id FROM accounts_tenant WHERE slug = %(slug)s) t
"""
_MEMBERS: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
SELECT t.id, ('01910000-0000-7000-8000-' || lpad(to_hex(n %% %(groups)s::int + 1), 12, '0'))::uuid,
  ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
FROM generate_series(1, %(people)s::int) n,
  (SELECT id FROM accounts_tenant WHERE slug = %(slug)s) t
"""


def fill(database: Database, *, slug: str, people: int, groups: int) -> None:
    """Make so many people, a multiple of ten, and groups in a tenant."""
    who = {"slug": slug, "people": people, "groups": groups, "branches": _BRANCHES}
    for statement in (_PEOPLE, _GROUPS, _NESTED, _MEMBERS):
        database.run(statement, params=who)
    database.run("VACUUM (ANALYZE)")


def roles_of_groups(groups: int) -> dict[str, set[str]]:
    """Return the keys of the roles that each group gives its people, by its name."""
    found: dict[str, set[str]] = {}
    for number in range(1, groups + 1):
        above = found.get(f"Group {(number + 1) // _BRANCHES}", set()) if number > 1 else set()
        own = {key for key, (group, _given) in ROLES.items() if group == f"Group {number}"}
        found[f"Group {number}"] = above | own
    return found
