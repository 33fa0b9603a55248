"""In which order transactions take the rows that ADR 12 orders, read from their statements."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDER: Final = (
    "pg_advisory_xact_lock",
    "accounts_user",
    "accounts_directorygroup",
    "accounts_tenant",
    "accounts_accessprofile",
    "licenses_subscription",
    "licenses_seat",
)
"""The tenant's rules, people, groups, the tenant's row, profiles, subscriptions, seats."""

_LOCKS: Final = re.compile(r"\bFOR (NO KEY )?UPDATE\b")
_NAME: Final = r'"?{table}"?\b'


class LockOrder:
    """What each transaction has held, in the order in which it was held first.

    A transaction is the outermost ``atomic`` block inside that of the test, if there is one, or a
    statement that stands alone.
    """

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self._outer = len(connection.atomic_blocks)
        self._block: object = None

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        # Nobody named means that no person is held, and SKIP LOCKED waits for nobody.
        nobody = isinstance(params, dict) and params.get("people") == []
        waits = not nobody and "SKIP LOCKED" not in str(sql)
        self._note(held_by(str(sql)) if waits else [])
        return execute(sql, params, *rest)

    def _note(self, names: list[str]) -> None:
        inner = connection.atomic_blocks[self._outer :]
        block = inner[0] if inner else None
        if block is None or block is not self._block:
            self.transactions.append([])
        self._block = block
        held = self.transactions[-1]
        held += [name for name in names if name not in held]

    def out_of_order(self) -> list[list[str]]:
        """Return the transactions that took something later than what comes after it."""
        return [held for held in self.transactions if held != sorted(held, key=ORDER.index)]


def held_by(sql: str) -> list[str]:
    """Return what a statement holds, in the order that is kept within statements by their text."""
    if "pg_advisory_xact_lock" in sql:
        return ["pg_advisory_xact_lock"]
    return [table for table in ORDER[1:] if _holds(sql, table)]


def _holds(sql: str, table: str) -> bool:
    name = _NAME.format(table=table)
    if re.search(rf"\b(UPDATE|DELETE FROM) {name}", sql):
        return True
    return any(
        re.search(rf"\bFROM {name}", sql[: found.start()][-600:]) for found in _LOCKS.finditer(sql)
    )


@contextmanager
def watched_locks() -> Iterator[LockOrder]:
    """Note what is held inside the ``with`` block."""
    order = LockOrder()
    with connection.execute_wrapper(order):
        yield order
