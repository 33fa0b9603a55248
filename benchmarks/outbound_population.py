"""People at an application by the thousand, as they are once all of them were pushed there.

Needs the people of :mod:`benchmarks.population` and an application; resources are those that
:mod:`benchmarks.target` shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.population import fill_for_growth

if TYPE_CHECKING:
    from benchmarks.databases import Database

_ACTIVE: Final = "UPDATE accounts_user SET active = true WHERE NOT active"
_LINKS: Final = """
INSERT INTO provisioning_link (tenant_id, application_id, kind, object_id, name, remote_id, state,
  adopted, is_taken_in, applied, seen, unkept, drift, version, desired_hash, is_active, roles,
  entitlements, manager, unsettled, quarantine_reason, quarantine_hash, last_modified)
SELECT u.tenant_id, application.id, 'User', u.id::text, u.display_name, 'remote' || n, 'linked',
  false, false, jsonb_build_object('userName', u.user_name, 'externalId', u.id::text,
    'displayName', u.display_name, 'name.givenName', u.given_name,
    'name.familyName', u.family_name, 'emails[type eq "work"].value', u.email),
  jsonb_build_object('userName', u.user_name, 'externalId', u.id::text,
    'displayName', u.display_name, 'active', true,
    'name', jsonb_build_object('givenName', u.given_name, 'familyName', u.family_name),
    'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', u.email))),
  '[]', '{}', '', '', true, '{}', '[]', '', '{}', '', '', now()
FROM (SELECT *, substring(external_id FROM 4)::int AS n FROM accounts_user
    WHERE external_id LIKE 'ext%%') u, provisioning_application application
WHERE n BETWEEN %(first)s::int AND %(last)s::int
"""
_OPERATIONS: Final = """
INSERT INTO provisioning_operation (tenant_id, application_id, kind, object_id, name, state, phase,
  cause, is_removal, is_allowed, steps, main_action, plan_hash, attempts, first_tried, next_try,
  again, last_error, actor, created, ended)
SELECT link.tenant_id, link.application_id, link.kind, link.object_id, link.name, %(state)s::text,
  0, '', false, false, '[]', 'update', '', 0, NULL, now(), '', '', 'system', now(),
  CASE %(state)s::text WHEN 'done' THEN now() END
FROM provisioning_link AS link
WHERE link.remote_id IN (
  SELECT 'remote' || n FROM generate_series(%(first)s::int, %(last)s::int) n)
"""
_RENAMED: Final = """
UPDATE accounts_user SET display_name = %(name)s || ' ' || external_id, version = version + 1
WHERE external_id IN (SELECT 'ext' || n FROM generate_series(%(first)s::int, %(last)s::int) n)
"""
_RUN: Final = """
INSERT INTO provisioning_run (id, tenant_id, application_id, kind, state, why, counts, phase, read,
  total, inputs, plan_hash, generation, transaction, entry_id, actor, created, ended)
SELECT '01940000-0000-7000-8000-000000000001', tenant_id, id, 'full', 'done', '',
  jsonb_build_object('nothing', %(people)s::int), '', 0, 0, '{}', '', '', '0', 0, 'system', now(),
  now()
FROM provisioning_application
"""
_STEP: Final = 100_000


def fill_for_pushing(database: Database, *, people: int) -> None:
    """Make so many people, all of them active and in one group, whom no application has yet."""
    fill_for_growth(database, users=people, big_group=people)
    database.run(_ACTIVE)
    database.run("VACUUM (ANALYZE)")


def link_everybody(database: Database, *, people: int, with_log: bool) -> None:
    """Have everybody be in step at the application; ``with_log``: an operation each led there."""
    for first in range(1, people + 1, _STEP):
        some = {"first": first, "last": min(first + _STEP - 1, people)}
        database.run(_LINKS, params=some)
        if with_log:
            database.run(_OPERATIONS, params={**some, "state": "done"})
    database.run("VACUUM (ANALYZE)")


def rename(database: Database, *, first: int, last: int, name: str) -> None:
    """Give people another name, which has to be sent; a worker is at it within a second."""
    some = {"first": first, "last": last}
    database.run(_RENAMED, params={**some, "name": name})
    database.run(_OPERATIONS, params={**some, "state": "waiting"})


def note_run(database: Database, *, people: int) -> None:
    """Have a run in the log that found everybody in step."""
    database.run(_RUN, params={"people": people})
