"""In which groups people are not at an application's target as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

# One statement: of an operation that has ended, what it has written is seen, too.
_NOT_AS_WANTED: Final = """
WITH held AS MATERIALIZED (
  SELECT member.group_id::text AS group_id, member.user_id::text AS user_id,
    member.user_id = ANY(%(wanted)s::uuid[]) AS is_wanted
  FROM accounts_directorygroupmember AS member
  WHERE member.tenant_id = %(tenant)s AND member.user_id = ANY(%(people)s::uuid[])
), beside AS (
  SELECT held.group_id, link.id IS NOT NULL AS has_link, EXISTS (
    SELECT FROM provisioning_operation AS operation
    WHERE operation.tenant_id = %(tenant)s AND operation.application_id = %(application)s
      AND operation.kind = 'Group' AND operation.object_id = held.group_id
      AND operation.state IN ('waiting', 'running', 'unknown')
  ) OR EXISTS (
    SELECT FROM provisioning_operation AS operation
    WHERE operation.tenant_id = %(tenant)s AND operation.application_id = %(application)s
      AND operation.kind = 'Group' AND operation.object_id = held.group_id
      AND operation.state IN ('held', 'refused')
  ) AS has_operation, COALESCE(
    link.state = 'linked' AND link.remote_id <> '' AND link.quarantined_at IS NULL
    AND CASE WHEN held.is_wanted THEN put_in.is_sure AND put_in.remote_id = person.remote_id
      ELSE put_in.id IS NULL END,
    FALSE
  ) AS is_as_wanted
  FROM held
  LEFT JOIN provisioning_link AS link
    ON link.tenant_id = %(tenant)s AND link.application_id = %(application)s
    AND link.kind = 'Group' AND link.object_id = held.group_id
  LEFT JOIN provisioning_linkmember AS put_in
    ON put_in.tenant_id = %(tenant)s AND put_in.link_id = link.id
    AND put_in.object_id = held.user_id
  LEFT JOIN provisioning_link AS person
    ON person.tenant_id = %(tenant)s AND person.application_id = %(application)s
    AND person.kind = 'User' AND person.object_id = held.user_id
)
SELECT group_id, has_link OR has_operation FROM beside WHERE has_operation OR NOT is_as_wanted
UNION
SELECT link.object_id, TRUE FROM provisioning_linkmember AS put_in
JOIN provisioning_link AS link ON link.id = put_in.link_id
WHERE put_in.tenant_id = %(tenant)s AND put_in.object_id = ANY(%(people)s::uuid[]::text[])
  AND link.application_id = %(application)s AND NOT EXISTS (
    SELECT FROM held
    WHERE held.group_id = link.object_id AND held.user_id = put_in.object_id
  )
"""


class Group(NamedTuple):
    """A group in which somebody is not as they should be, or of which that is not known.

    ``is_known``: there is a link to it, or an operation that waits or runs.
    """

    object_id: str
    is_known: bool


def groups_not_as_wanted(
    *, tenant_id: int, application_id: int, people: Collection[UUID], wanted: Collection[UUID]
) -> list[Group]:
    """Return the groups to look at after something changed about ``people``.

    Those of them who are ``wanted`` are to be in their groups at the target, and the others in
    none.  Left out are groups in step, in which each of them is so already, however many others
    are in them.
    """
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "application": application_id,
        "people": list(people),
        "wanted": list(wanted),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOT_AS_WANTED, values)
        return [Group(*row) for row in cursor.fetchall()]
