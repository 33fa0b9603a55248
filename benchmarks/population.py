"""People and groups by the thousand, made inside the database; the same for ours and the peer.

Ids are made from numbers, so that the load generator can name anybody: user ``n`` is
``01900000-0000-7000-8000-`` and ``n`` in hexadecimal; of groups, ``01910000-…``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from benchmarks.databases import Database

GROUPS: Final = 10
"""Groups among which the first half of the users is spread."""

BIG_GROUP: Final = "01920000-0000-7000-8000-000000000001"
SMALL_GROUP: Final = "01920000-0000-7000-8000-000000000002"

_USERS: Final = """
INSERT INTO accounts_user (id, tenant_id, password, user_name, user_name_ci, external_id, email,
  email_ci, given_name, family_name, display_name, active, role, attributes, created, last_modified,
  version)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, '!',
  'user' || n || '@acme.example', 'user' || n || '@acme.example', 'ext' || n,
  'user' || n || '@acme.example', 'user' || n || '@acme.example', 'Given' || n %% 997,
  'Family' || n %% 4999, 'Given' || n %% 997 || ' Family' || n %% 4999, n %% 2 = 1, 'member',
  jsonb_build_object(
    'emails', jsonb_build_array(jsonb_build_object(
      'type', 'work', 'value', 'user' || n || '@acme.example', 'primary', true)),
    'title', 'Engineer',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    jsonb_build_object('department', 'Research ' || n %% 40, 'employeeNumber', n::text)),
  now(), now(), 1
FROM generate_series(%(first)s::int, %(last)s::int) n,
  (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
"""
_GROUPS: Final = """
INSERT INTO accounts_directorygroup (id, tenant_id, display_name, display_name_ci, external_id,
  mapped_role, attributes, created, last_modified, version)
SELECT ('01910000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, t.id, 'Group ' || g,
  'group ' || g, '', '', '{}', now(), now(), 1
FROM generate_series(1, %(groups)s::int) g, (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
"""
_MEMBERS: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
SELECT t.id, ('01910000-0000-7000-8000-' || lpad(to_hex(n %% %(groups)s::int + 1), 12, '0'))::uuid,
  ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
FROM generate_series(1, %(members)s::int) n,
  (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
"""
_BIG_AND_SMALL: Final = """
WITH t AS (SELECT id FROM accounts_tenant WHERE slug = 'acme'),
g AS (
  INSERT INTO accounts_directorygroup (id, tenant_id, display_name, display_name_ci, external_id,
    mapped_role, attributes, created, last_modified, version)
  SELECT v.id::uuid, t.id, v.name, lower(v.name), '', '', '{}', now(), now(), 1
  FROM t, (VALUES (%(big)s, 'Big'), (%(small)s, 'Small')) v(id, name) RETURNING id, tenant_id
)
SELECT count(*) FROM g
"""
_MEMBERS_OF_BOTH: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
SELECT t.id, %(big)s::uuid, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
FROM generate_series(1, %(members)s::int) n,
  (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
UNION ALL
SELECT t.id, %(small)s::uuid, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
FROM generate_series(1, 10) n, (SELECT id FROM accounts_tenant WHERE slug = 'acme') t
"""
_PEER_USERS: Final = """
INSERT INTO benchmarks_peeruser (username, first_name, last_name, email, is_active, date_joined,
  scim_id, scim_external_id, scim_username)
SELECT 'user' || n || '@acme.example', 'Given' || n %% 997, 'Family' || n %% 4999,
  'user' || n || '@acme.example', n %% 2 = 1, now(), n::text, 'ext' || n,
  'user' || n || '@acme.example'
FROM generate_series(1, %(last)s::int) n
"""
_PEER_GROUPS: Final = """
INSERT INTO benchmarks_peergroup (name, scim_id, scim_display_name)
SELECT 'Group ' || g, g::text, 'Group ' || g FROM generate_series(1, %(groups)s::int) g
"""
_PEER_MEMBERS: Final = """
INSERT INTO benchmarks_peeruser_scim_groups (peeruser_id, peergroup_id)
SELECT n, n %% %(groups)s::int + 1 FROM generate_series(1, %(members)s::int) n
"""
_PEER_TOKEN: Final = "INSERT INTO benchmarks_peertoken (digest, user_id) VALUES (%(digest)s, 1)"  # noqa: S105
_SETTLE: Final = "VACUUM (ANALYZE)"


def fill_for_operations(database: Database, *, users: int, token_digest: str) -> None:
    """Make ``users`` people for ours and for the peer, half of them in :data:`GROUPS` groups."""
    last = {"first": 1, "last": users}
    members = {"groups": GROUPS, "members": users // 2}
    database.run(_USERS, params=last)
    database.run(_GROUPS, params={"groups": GROUPS})
    database.run(_MEMBERS, params=members)
    database.run(_PEER_USERS, params={"last": users})
    database.run(_PEER_GROUPS, params={"groups": GROUPS})
    database.run(_PEER_MEMBERS, params=members)
    database.run(_PEER_TOKEN, params={"digest": token_digest})
    database.run(_SETTLE)


def fill_for_growth(database: Database, *, users: int, big_group: int) -> None:
    """Make ``users`` people; with ``big_group``, a group of as many and one of ten."""
    step = 100_000
    for first in range(1, users + 1, step):
        database.run(_USERS, params={"first": first, "last": min(first + step - 1, users)})
    if big_group:
        both = {"big": BIG_GROUP, "small": SMALL_GROUP}
        database.run(_BIG_AND_SMALL, params=both)
        database.run(_MEMBERS_OF_BOTH, params={**both, "members": big_group})
    database.run(_SETTLE)
