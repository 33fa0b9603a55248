"""What is written to the tables, beside what the audit trail says of it.

Triggers note every row that is written, with the number of its transaction; each must be named by
one entry of that transaction.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.models import AuditEntry
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTES: Final = """
CREATE TABLE noted_facts (
  number bigserial, transaction xid8 DEFAULT pg_current_xact_id(), relation text, done text,
  former jsonb, latter jsonb
);
CREATE FUNCTION note_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO noted_facts (relation, done, former, latter)
  VALUES (TG_TABLE_NAME, TG_OP, to_jsonb(OLD), to_jsonb(NEW));
  RETURN NULL;
END $$;
"""
_NOTE: Final = """
CREATE TRIGGER zz_note_fact AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION note_fact()
"""


@dataclass(frozen=True)
class Fact:
    """One row that was inserted, changed or deleted.

    Attributes:
        relation: The table.
        done: ``INSERT``, ``UPDATE`` or ``DELETE``.
        row: Its columns, as they are, or were.
        changed: Those that differ from before; all of an inserted or deleted row.
    """

    transaction: int
    relation: str
    done: str
    row: dict[str, Any]
    changed: frozenset[str]


@contextmanager
def facts_noted(tables: list[str]) -> Iterator[Callable[[], list[Fact]]]:
    """Note what is written to these tables; the value returns what came since it was asked last."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTES)
        for table in tables:
            cursor.execute(_NOTE.format(table=table))
    try:
        yield _noted
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION note_fact() CASCADE; DROP TABLE noted_facts")


def _noted() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM noted_facts RETURNING *) SELECT transaction::text, "
            "relation, done, former::text, latter::text FROM gone ORDER BY number"
        )
        return [_fact(*row) for row in cursor.fetchall()]


def _fact(transaction: str, relation: str, done: str, former: Any, latter: Any) -> Fact:
    before, after = (json.loads(each) if each else {} for each in (former, latter))
    changed = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    return Fact(int(transaction), relation, done, after or before, frozenset(changed))


def entries_by_transaction() -> dict[int, list[AuditEntry]]:
    """Return the entries of the trail, of all tenants, by the number of their transaction."""
    found: dict[int, list[AuditEntry]] = {}
    with every_tenant():
        for entry in AuditEntry.objects.order_by("pk"):
            found.setdefault(entry.transaction, []).append(entry)
    return found
