"""People as a company has them: of many sources, roles, domains, profiles, groups and licences.

What is rare is spread over the whole list, so that no page finds it near the beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.population import fill_for_growth

if TYPE_CHECKING:
    from benchmarks.databases import Database

ADMIN: Final = "admin@acme.example"
GROUP: Final = "01930000-0000-7000-8000-000000000001"
"""A directory group in which few are."""
PROFILE: Final = "Profile 1"
"""An access profile in which few are."""
FEW: Final = 60
"""Of each rare kind, in a tenant of any size: more than a page, so that pages are as long."""
_GROUPS_BESIDE: Final = 200

_FACTS: Final = """
WITH numbered AS (SELECT id, substring(external_id FROM 4)::int AS n FROM accounts_user
  WHERE external_id LIKE 'ext%%'), source AS (SELECT min(id) AS id FROM scim_source),
step AS (SELECT %(step)s::int AS of)
UPDATE accounts_user person SET
  active = n %% step.of <> 7,
  role = CASE n %% step.of WHEN 11 THEN 'connectorAdmin' WHEN 3 THEN 'editor' ELSE 'member' END,
  source_ids = CASE n %% step.of WHEN 1 THEN '{}'::bigint[] ELSE ARRAY[source.id] END,
  created = now() - interval '400 days',
  last_login = CASE n %% step.of WHEN 9 THEN NULL WHEN 5 THEN now() - interval '200 days'
    ELSE now() - (n %% 29) * interval '1 day' END,
  email = CASE n %% step.of WHEN 2 THEN 'user' || n || '@customs.acme.example' ELSE email END,
  email_ci = CASE n %% step.of WHEN 2 THEN 'user' || n || '@customs.acme.example'
    ELSE email_ci END,
  display_name = CASE n %% step.of WHEN 12 THEN 'Jürgen Müller' ELSE display_name END
FROM numbered, source, step WHERE person.id = numbered.id
"""
_PRODUCT: Final = """
WITH product AS (INSERT INTO licenses_product (key, name, description)
  VALUES ('crm', 'CRM', ''), ('erp', 'ERP', '') RETURNING id)
INSERT INTO licenses_subscription (tenant_id, product_id, seats, starts)
SELECT t.id, product.id, 1000000, current_date FROM product, accounts_tenant t
WHERE t.slug = 'acme'
"""
_SEATS: Final = """
INSERT INTO licenses_seat (tenant_id, subscription_id, user_id, user_label, granted, granted_by,
  grant_reason, by_group, released_by, release_reason)
SELECT u.tenant_id, CASE n %% %(step)s::int WHEN 13 THEN ends.last ELSE ends.first END, u.id,
  u.user_name, now(), 'benchmark', '', false, '', ''
FROM (SELECT *, substring(external_id FROM 4)::int AS n FROM accounts_user
    WHERE external_id LIKE 'ext%%') u,
  (SELECT min(id) AS first, max(id) AS last FROM licenses_subscription) ends
WHERE n %% %(step)s::int <> 4
"""
_PROFILES: Final = """
WITH made AS (INSERT INTO accounts_accessprofile (tenant_id, name, name_ci, description, is_default,
    external_id, created, last_modified, version)
  SELECT t.id, 'Profile ' || n, 'profile ' || n, '', false, '', now(), now(), 1
  FROM accounts_tenant t, generate_series(1, 20) n WHERE t.slug = 'acme'
  RETURNING id, tenant_id, name)
INSERT INTO accounts_profilemembership (tenant_id, profile_id, user_id, by_group)
SELECT made.tenant_id, made.id, u.id, false
FROM (SELECT id, substring(external_id FROM 4)::int AS n FROM accounts_user
    WHERE external_id LIKE 'ext%%') u, made
WHERE n %% %(step)s::int = 6 AND made.name = 'Profile 1'
  OR made.name <> 'Profile 1' AND (n * 7 + made.id) %% 40 = 0
"""
_GROUPS: Final = """
INSERT INTO accounts_directorygroup (id, tenant_id, display_name, display_name_ci, external_id,
  mapped_role, attributes, created, last_modified, version)
SELECT ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, 'Team ' || n,
  'team ' || n, '', '', '{}', now(), now(), 1
FROM accounts_tenant t, generate_series(1, %(groups)s::int + 1) n WHERE t.slug = 'acme'
"""
_MEMBERS: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
SELECT u.tenant_id, ('01930000-0000-7000-8000-' ||
    lpad(to_hex(CASE n %% %(step)s::int WHEN 8 THEN 1
      ELSE n %% %(groups)s::int + 2 END), 12, '0'))::uuid,
  u.id
FROM (SELECT id, tenant_id, substring(external_id FROM 4)::int AS n FROM accounts_user
  WHERE external_id LIKE 'ext%%') u
"""
_PASSWORD: Final = "UPDATE accounts_user SET password = %(hash)s WHERE user_name = %(admin)s"  # noqa: S105
_VIEWS: Final = """
INSERT INTO accounts_savedview (tenant_id, owner_id, name, query, created, version)
SELECT tenant_id, id, name, query, now(), 1 FROM accounts_user, (VALUES
  ('Without a licence', 'licence=none'), ('Idle for 90 days', 'idle=90'),
  ('Inactive editors', 'role=editor&status=inactive')) views(name, query)
WHERE user_name = %(admin)s
"""


def fill_for_people(database: Database, *, users: int, password_hash: str) -> None:
    """Make ``users`` people, and an admin with three saved views who can sign in."""
    fill_for_growth(database, users=users, big_group=0)
    step = {"step": users // FEW}
    database.run(_FACTS, params=step)
    database.run(_PRODUCT)
    database.run(_SEATS, params=step)
    database.run(_PROFILES, params=step)
    database.run(_GROUPS, params={"groups": _GROUPS_BESIDE})
    database.run(_MEMBERS, params={"groups": _GROUPS_BESIDE, **step})
    set_password(database, password_hash)
    database.run(_VIEWS, params={"admin": ADMIN})
    database.run("VACUUM (ANALYZE)")


def set_password(database: Database, password_hash: str) -> None:
    """Let the admin sign in with the password that has this hash."""
    database.run(_PASSWORD, params={"hash": password_hash, "admin": ADMIN})
