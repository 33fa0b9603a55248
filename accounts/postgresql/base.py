"""Django's PostgreSQL backend, with limits on waiting and a cheaper look at a connection.

For a request that was given up it begins no statement and commits nothing
(:mod:`accounts.requests.awaited`).

``ENGINE`` names this package.
"""

from __future__ import annotations

import select
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.pq import TransactionStatus
from typing_extensions import override

from accounts.postgresql import limits
from accounts.requests.awaited import require_somebody_waits


class Operations(DatabaseOperations):
    """Django's operations, whose log of statements has those with values apart as well."""

    @override
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that PostgreSQL itself limits, and that is found closed without a statement."""

    ops_class = Operations
    commits = 0
    """How many transactions this thread has committed."""

    @override
    def commit(self) -> None:
        require_somebody_waits()
        super().commit()
        self.commits += 1

    @override
    def create_cursor(self, name: str | None = None) -> Any:
        require_somebody_waits()
        return super().create_cursor(name)

    @override
    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if not settings.TRANSACTION_POOLING:  # A pooler's connections are not ours to set up.
            chosen = params.get("options", "")
            params["options"] = f"{limits.in_force().as_options()} {chosen}".rstrip()
        return params

    @override
    def is_usable(self) -> bool:
        """Look at the socket first: a server that has gone leaves its farewell to be read."""
        connection: Any = self.connection
        if connection is None or connection.closed:
            return False
        if connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
