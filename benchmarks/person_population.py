"""A company with logs: fifty rows about each person, spread over the whole of each log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.people_population import fill_for_people

if TYPE_CHECKING:
    from django.db.models import Model

    from benchmarks.databases import Database

SOMEBODY: Final = "ext777"
"""What the person whose page is asked for is called by their identity provider."""
_TOLD: Final = 25
_JOINED: Final = 5
_ASKED: Final = 15
_SENT: Final = 5
LOGGED_OF_EACH: Final = _TOLD + _JOINED + _ASKED + _SENT
"""Rows of all logs about one person."""

# Rows about one person are as far from each other as the tenant is large.
_TRAIL: Final = """
INSERT INTO accounts_auditentry (tenant_id, at, actor, action, target_type, target_id, target,
  details, request_id)
SELECT u.tenant_id, now() - n * interval '1 hour', 'SCIM: Okta',
  CASE n %% 5 WHEN 0 THEN 'user.signed_in' WHEN 1 THEN 'user.role_changed' ELSE 'user.updated' END,
  'user', u.id::text, u.user_name, '{"changes": {"given_name": ["Ann", "Anne"]}}', ''
FROM generate_series(1, %(times)s::int) n, accounts_user u WHERE u.external_id LIKE 'ext%%'
ORDER BY n, u.id
"""
_JOINS: Final = """
INSERT INTO accounts_auditentry (tenant_id, at, actor, action, target_type, target_id, target,
  details, request_id)
SELECT m.tenant_id, now() - n * interval '1 day', 'SCIM: Okta', 'group.members_changed',
  'directorygroup', m.group_id::text, 'Team', jsonb_build_object('added', ARRAY[m.user_id::text]),
  ''
FROM generate_series(1, %(times)s::int) n, accounts_directorygroupmember m
WHERE m.user_id IS NOT NULL
ORDER BY n, m.user_id
"""
_REQUESTS: Final = """
INSERT INTO scim_requestlogentry (tenant_id, at, source_name, token_name, client, user_agent,
  method, route, resource_id, status, scim_type, detail, duration_ms)
SELECT u.tenant_id, now() - n * interval '1 minute', 'Okta', '', '', '', 'PATCH', '/Users/{id}',
  u.id::text, 200, '', '', 3.5
FROM generate_series(1, %(times)s::int) n, accounts_user u WHERE u.external_id LIKE 'ext%%'
ORDER BY n, u.id
"""
_APPLICATION: Final = """
INSERT INTO provisioning_application
SELECT (jsonb_populate_record(NULL::provisioning_application, %(row)s::jsonb || jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('provisioning_application', 'id')), 'tenant_id', t.id))).*
FROM accounts_tenant t WHERE t.slug = 'acme'
"""
_OPERATIONS: Final = """
INSERT INTO provisioning_operation
SELECT (jsonb_populate_record(NULL::provisioning_operation, %(row)s::jsonb || jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('provisioning_operation', 'id')), 'tenant_id', u.tenant_id,
  'application_id', a.id, 'object_id', u.id::text))).*
FROM generate_series(1, %(times)s::int) n, accounts_user u
JOIN provisioning_application a ON a.tenant_id = u.tenant_id
WHERE u.external_id LIKE 'ext%%'
ORDER BY n, u.id
"""


def fill_for_person(database: Database, *, users: int, password_hash: str) -> None:
    """Make ``users`` people with fifty rows of logs about each, and an admin."""
    fill_for_people(database, users=users, password_hash=password_hash)
    database.run(_TRAIL, params={"times": _TOLD})
    database.run(_JOINS, params={"times": _JOINED})
    database.run(_REQUESTS, params={"times": _ASKED})
    database.run(_APPLICATION, params={"row": _row_of(_application())})
    database.run(_OPERATIONS, params={"row": _row_of(_operation()), "times": _SENT})
    database.run("VACUUM (ANALYZE)")


def _application() -> Model:
    from provisioning.models import Application  # noqa: PLC0415 - Django is set up by now

    return Application(name="Slack")


def _operation() -> Model:
    from provisioning.models import Operation, OperationState  # noqa: PLC0415 - as above

    return Operation(kind="User", name="Somebody", state=OperationState.DONE, main_action="update")


def _row_of(model: Model) -> str:
    """Return the columns of a new row of ``model`` as JSON, keys left out."""
    columns: dict[str, Any] = {
        str(field.column): field.get_prep_value(getattr(model, field.attname))
        for field in model._meta.concrete_fields
        if not field.is_relation and not field.primary_key
    }
    return json.dumps(columns, default=str)
