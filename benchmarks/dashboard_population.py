"""A company with logs whose days are counted, and where every group gives a licence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.person_population import fill_for_person

if TYPE_CHECKING:
    from benchmarks.databases import Database

_DAYS: Final = """
INSERT INTO accounts_dailycount (tenant_id, day, kind, number)
SELECT t.id, current_date - n, kind, 1 + n * 13
FROM accounts_tenant t, generate_series(0, 399) n,
  unnest(ARRAY['signed_in', 'sign_in_refused', 'created', 'changed', 'deactivated', 'deleted',
    'call_refused']) kind
WHERE t.slug = 'acme'
"""
_SEATS: Final = """
INSERT INTO licenses_seatcount (tenant_id, subscription_id, day, bought, used, waiting)
SELECT tenant_id, id, current_date - n, seats, 1000, 7
FROM licenses_subscription, generate_series(0, 399) n
"""
_GIVEN: Final = """
INSERT INTO licenses_grouplicense (tenant_id, group_id, subscription_id)
SELECT g.tenant_id, g.id, s.id FROM accounts_directorygroup g
JOIN licenses_subscription s ON s.tenant_id = g.tenant_id
"""
_HOURS: Final = """
INSERT INTO scim_sourceday (tenant_id, source_id, day, hours)
SELECT tenant_id, id, current_date - n, 16777215 FROM scim_source, generate_series(0, 399) n
"""


def fill_for_dashboard(database: Database, *, users: int, password_hash: str) -> None:
    """Make ``users`` people with fifty rows of logs each, and an admin; 400 days are counted."""
    fill_for_person(database, users=users, password_hash=password_hash)
    for statement in (_DAYS, _SEATS, _GIVEN, _HOURS):
        database.run(statement)
    database.run("VACUUM (ANALYZE)")
