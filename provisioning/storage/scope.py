"""Who is to be at an application, and what it gives them: closures over nested groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.storage.nesting import closure_above, closure_below

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_ASSIGNED: Final = closure_below(
    "SELECT assigned.application_id, assigned.group_id "
    "FROM provisioning_assignment AS assigned WHERE assigned.tenant_id = %(tenant)s "
    "AND assigned.application_id = ANY(%(applications)s) AND assigned.group_id IS NOT NULL",
    name="assigned_groups",
    carried={"application_id": "assigned_groups.application_id"},
)
"""Each application's groups, with those nested in them."""
_SCOPED: Final = f"""
WITH RECURSIVE {_ASSIGNED}, assigned AS (
  SELECT assignment.application_id, assignment.role, assignment.profile_id
  FROM provisioning_assignment AS assignment
  WHERE assignment.tenant_id = %(tenant)s AND assignment.application_id = ANY(%(applications)s)
), scoped AS (
  SELECT assigned_groups.application_id, member.user_id FROM assigned_groups
  JOIN accounts_directorygroupmember AS member ON member.group_id = assigned_groups.group_id
  WHERE member.tenant_id = %(tenant)s AND {{member}}
  UNION
  SELECT assigned.application_id, membership.user_id FROM assigned
  JOIN accounts_profilemembership AS membership ON membership.profile_id = assigned.profile_id
  WHERE membership.tenant_id = %(tenant)s AND {{membership}}
  UNION
  SELECT assigned.application_id, person.id FROM assigned
  JOIN accounts_user AS person ON person.role = assigned.role
  WHERE person.tenant_id = %(tenant)s AND assigned.role <> '' AND {{person}}
  UNION
  SELECT assigned.application_id, person.id FROM assigned
  JOIN accounts_accessprofile AS profile ON profile.id = assigned.profile_id AND profile.is_default
  JOIN accounts_user AS person ON person.tenant_id = %(tenant)s AND {{person}}
)
SELECT {{found}} FROM scoped
JOIN accounts_user AS person ON person.id = scoped.user_id
WHERE person.tenant_id = %(tenant)s AND person.active
"""  # noqa: S608
"""Each way into the scope is joined by itself.  As alternatives of one condition, the members of a
group would be gone through once a person, as soon as they do not fit into a statement's memory.
"""
_EVERYBODY: Final = {
    "member": "member.user_id IS NOT NULL",
    "membership": "TRUE",
    "person": "TRUE",
}
_THESE: Final = {
    "member": "member.user_id = ANY(%(ids)s::uuid[])",
    "membership": "membership.user_id = ANY(%(ids)s::uuid[])",
    "person": "person.id = ANY(%(ids)s::uuid[])",
}
_IN_SCOPE: Final = _SCOPED.format(found="person.id", **_THESE) + "ORDER BY person.id"
_PACKED: Final = _SCOPED.format(
    found="string_agg(uuid_send(person.id), ''::bytea ORDER BY person.id)", **_EVERYBODY
)
_COUNTED: Final = (
    _SCOPED.format(found="scoped.application_id, count(*)", **_EVERYBODY)
    + "GROUP BY scoped.application_id"
)
_GROUPS: Final = f"""
WITH RECURSIVE {_ASSIGNED}
SELECT DISTINCT group_id FROM assigned_groups
WHERE %(ids)s::uuid[] IS NULL OR group_id = ANY(%(ids)s::uuid[])
ORDER BY group_id
"""  # noqa: S608
_ROLES: Final = f"""
WITH RECURSIVE {
    closure_below(
        "SELECT given.role_id, given.group_id FROM provisioning_applicationrolegroup AS given "
        "JOIN provisioning_applicationrole AS role ON role.id = given.role_id "
        "WHERE given.tenant_id = %(tenant)s AND role.application_id = %(application)s",
        name="given_groups",
        carried={"role_id": "given_groups.role_id"},
    )
}
SELECT DISTINCT member.user_id, role.key, role.name, role.id FROM given_groups
JOIN accounts_directorygroupmember AS member
  ON member.tenant_id = %(tenant)s AND member.group_id = given_groups.group_id
JOIN provisioning_applicationrole AS role ON role.id = given_groups.role_id
WHERE member.user_id = ANY(%(ids)s::uuid[])
ORDER BY member.user_id, role.key
"""  # noqa: S608
_NAMES: Final = f"""
WITH RECURSIVE {
    closure_above(
        "SELECT member.user_id, member.group_id FROM accounts_directorygroupmember AS member "
        "WHERE member.tenant_id = %(tenant)s AND member.user_id = ANY(%(ids)s::uuid[])",
        name="around",
        carried={"user_id": "around.user_id"},
    )
}
SELECT DISTINCT around.user_id, directory.display_name FROM around
JOIN accounts_directorygroup AS directory ON directory.id = around.group_id
ORDER BY around.user_id, directory.display_name
"""  # noqa: S608
_BELOW: Final = f"""
WITH RECURSIVE {closure_below("SELECT unnest(%(ids)s::uuid[]) AS group_id")}
SELECT DISTINCT member.user_id FROM below
JOIN accounts_directorygroupmember AS member
  ON member.tenant_id = %(tenant)s AND member.group_id = below.group_id
WHERE member.user_id IS NOT NULL
"""  # noqa: S608


def people_in_scope_of(*, tenant_id: int, application_id: int, ids: Collection[UUID]) -> list[UUID]:
    """Return, in order, those of ``ids`` who are active and assigned."""
    return _column(_IN_SCOPE, tenant=tenant_id, applications=[application_id], ids=list(ids))


def everybody_in_scope_of(*, tenant_id: int, application_id: int) -> bytes:
    """Return the ids of the active people who are assigned, in order, sixteen bytes each."""
    [(packed,)] = _rows(_PACKED, tenant=tenant_id, applications=[application_id])
    return bytes(packed or b"")


def count_in_scope_of(*, tenant_id: int, application_ids: Collection[int]) -> dict[int, int]:
    """Return how many active people are assigned to each of these applications."""
    if not application_ids:
        return {}
    return dict(_rows(_COUNTED, tenant=tenant_id, applications=list(application_ids)))


def assigned_groups_of(
    *, tenant_id: int, application_id: int, ids: Collection[UUID] | None = None
) -> list[UUID]:
    """Return, in order, the assigned groups and those nested in them, or those of ``ids``."""
    return _column(_GROUPS, tenant=tenant_id, applications=[application_id], ids=_listed(ids))


def roles_of(
    *, tenant_id: int, application_id: int, ids: Collection[UUID]
) -> list[tuple[UUID, str, str, int]]:
    """Return (person, key, name, role) of the roles that groups give people there."""
    return _rows(_ROLES, tenant=tenant_id, application=application_id, ids=_listed(ids))


def group_names_of(*, tenant_id: int, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Return (person, name) of the directory groups that people are in, also through nesting."""
    return _rows(_NAMES, tenant=tenant_id, ids=_listed(ids))


def people_below(*, tenant_id: int, ids: Collection[UUID]) -> list[UUID]:
    """Return everybody in these groups, also through nesting."""
    return _column(_BELOW, tenant=tenant_id, ids=_listed(ids))


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


def _column(statement: str, **values: Any) -> list[Any]:
    return [row[0] for row in _rows(statement, **values)]


def _rows(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
