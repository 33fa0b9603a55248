"""Writing the member rows of a directory group."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError

from accounts.models import DirectoryGroupProfile
from accounts.requests import request_id
from accounts.signals import group_rules
from accounts.storage.nesting import closure_above
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT
from accounts.storage.violations import refers_to_nothing
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from django.db.models import Model

    from accounts.models import DirectoryGroup
    from accounts.storage.trail_rows import Entry

_LET_PEOPLE_IN: Final = """
    WITH found AS (
        SELECT person.id, EXISTS (
            SELECT FROM accounts_directorygroupmember member
            WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
                AND member.user_id = person.id
        ) AS is_in
        FROM accounts_user person
        WHERE person.tenant_id = %(tenant)s AND person.id = ANY(%(ids)s)
    ), joined AS (
        INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
        SELECT %(tenant)s, %(group)s, found.id FROM found WHERE NOT found.is_in ORDER BY found.id
        ON CONFLICT DO NOTHING
        RETURNING user_id
    )
    SELECT found.id, joined.user_id IS NOT NULL
    FROM found LEFT JOIN joined ON joined.user_id = found.id
"""
# What being in the group gives, is read as it was when the statement began.  Its row is held then:
# whoever changes that holds it too, and has moved ``rules_revision`` if they were first.  It is not
# held when nothing is to be done.
_CHANGE_PLAIN_GROUP: Final = """
    WITH RECURSIVE found AS MATERIALIZED (
        {found}
    ), {above}, plain AS MATERIALIZED (
        SELECT {only_people} AND NOT EXISTS (
            SELECT FROM above WHERE EXISTS (
                SELECT FROM accounts_directorygroup outer_group
                WHERE outer_group.id = above.group_id AND outer_group.mapped_role <> ''
            ){rules}
        ) AS is_plain
    ), held AS MATERIALIZED (
        SELECT id FROM accounts_directorygroup
        WHERE tenant_id = %(tenant)s AND id = %(group)s
            AND (SELECT is_plain FROM plain) AND EXISTS (SELECT FROM found WHERE changes)
            AND rules_revision = (
                SELECT seen.rules_revision FROM accounts_directorygroup seen
                WHERE seen.id = %(group)s
            )
        FOR NO KEY UPDATE
    ), changed AS (
        {change}
        RETURNING user_id
    ), touched AS (
        UPDATE accounts_directorygroup SET version = version + 1, last_modified = %(now)s
        WHERE tenant_id = %(tenant)s AND id = %(group)s AND EXISTS (SELECT FROM changed)
        RETURNING version
    ), recorded AS (
        {insert}
        SELECT {entry}, (
            SELECT jsonb_build_object('{done}', jsonb_agg(user_id ORDER BY user_id)) FROM changed
        ), %(request_id)s::text
        FROM touched
    )
    SELECT is_plain, (SELECT version FROM touched),
        (SELECT count(*) FROM found WHERE changes), (SELECT count(*) FROM held)
    FROM plain
"""
_TAKE_OUT: Final = """
    DELETE FROM accounts_directorygroupmember
    WHERE tenant_id = %(tenant)s AND (group_id = %(group)s OR member_group_id = %(group)s)
    RETURNING CASE WHEN group_id = %(group)s THEN COALESCE(user_id, member_group_id) END
"""
_ADD: Final = {
    "found": """
        SELECT person.id, NOT EXISTS (
            SELECT FROM accounts_directorygroupmember member
            WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
                AND member.user_id = person.id
        ) AS changes
        FROM accounts_user person
        WHERE person.tenant_id = %(tenant)s AND person.id = ANY(%(ids)s)
    """,
    "only_people": "(SELECT count(*) FROM found) = %(wanted)s",
    "change": """
        INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
        SELECT %(tenant)s, held.id, found.id FROM held CROSS JOIN found
        WHERE found.changes
        ORDER BY found.id
        ON CONFLICT DO NOTHING
    """,
    "done": "added",
}
_REMOVE: Final = {
    "found": """
        SELECT member.id, TRUE AS changes FROM accounts_directorygroupmember member
        WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
            AND member.user_id = ANY(%(ids)s)
    """,
    "only_people": """NOT EXISTS (
            SELECT FROM accounts_directorygroupmember nested
            WHERE nested.tenant_id = %(tenant)s AND nested.group_id = %(group)s
                AND nested.member_group_id = ANY(%(ids)s)
        )""",
    "change": """
        DELETE FROM accounts_directorygroupmember leaving USING held, found
        WHERE leaving.id = found.id
    """,
    "done": "removed",
}
_RULE: Final = """ OR EXISTS (
                SELECT FROM {table} rule
                WHERE rule.tenant_id = %(tenant)s AND rule.group_id = above.group_id
            )"""
_ENTRY: Final = {
    "tenant": "bigint",
    "now": "timestamptz",
    "actor": "text",
    "action": "text",
    "target_type": "text",
    "target_id": "text",
    "target": "text",
}


def let_people_in(*, group_id: UUID, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Make the active tenant's people among ``ids`` members, and say whether each is new.

    Ids that are nobody's are not in the answer.  One statement, and none of the present members
    is read, so the cost is that of ``ids`` alone.
    """
    params: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "group": group_id,
        "ids": list(ids),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_LET_PEOPLE_IN, params)
        return dict(cursor.fetchall())


def take_everybody_out(*, group_id: UUID) -> list[UUID]:
    """Let a group have no members and be in no other one; return who was in it, sorted."""
    with prepared_cursor() as cursor:
        cursor.execute(_TAKE_OUT, {"tenant": active_tenant_id(), "group": group_id})
        return sorted(row[0] for row in cursor.fetchall() if row[0])


def change_plain_group(
    *,
    group: DirectoryGroup,
    entry: Entry,
    add: Sequence[UUID] = (),
    remove: Sequence[UUID] = (),
) -> bool | None:
    """Do all that letting people in, or out, comes to, when the group gives them nothing.

    One statement changes the members, moves the version and ``last_modified``, also in ``group``
    itself, and writes ``entry`` to the audit trail, with who joined, or left, as its details.
    Return whether anybody did; ``None``, with nothing done, when the group or one around it gives
    something or is just being made to, when it does not exist any more, when some of ``add`` are
    nobody's, or some of ``remove`` groups.
    """
    wanted = set(add or remove)
    told = dict(zip(_ENTRY, entry, strict=False))
    params: dict[str, Any] = {
        **told,
        "request_id": request_id.current(),
        "group": group.pk,
        "ids": list(wanted),
        **({"wanted": len(wanted)} if add else {}),
    }
    statement = _plain_statement((DirectoryGroupProfile, *group_rules), joins=bool(add))
    try:
        with prepared_cursor() as cursor:
            cursor.execute(statement, params)
            is_plain, version, changing, held = cursor.fetchone()
    except IntegrityError as error:
        if not refers_to_nothing(error):
            raise
        return None  # One of these people was deleted in this very moment.
    if not is_plain or (changing and not held):
        return None
    if version is not None:
        group.version, group.last_modified = version, told["now"]
    return version is not None


@cache
def _plain_statement(rules: tuple[type[Model], ...], *, joins: bool) -> str:
    return _CHANGE_PLAIN_GROUP.format(
        **(_ADD if joins else _REMOVE),
        rules="".join(_RULE.format(table=rule._meta.db_table) for rule in rules),
        above=closure_above("SELECT %(group)s::uuid"),
        insert=INSERT,
        entry=", ".join(f"%({name})s::{kind}" for name, kind in _ENTRY.items()),
    )
