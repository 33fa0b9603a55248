"""How long statements may run and wait, in the process that this is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; what PostgreSQL calls the limits is in :meth:`as_options`."""

    statement: int
    lock: int
    idle_transaction: int

    def as_options(self) -> str:
        """Return them as an option of the connection.

        >>> Limits(15, 5, 60).as_options()
        '-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s'
        """
        return (
            f"-c statement_timeout={self.statement}s -c lock_timeout={self.lock}s "
            f"-c idle_in_transaction_session_timeout={self.idle_transaction}s"
        )


OF_COMMANDS = Limits(statement=3_600, lock=60, idle_transaction=3_600)
"""Migrations, imports and daily work have the time they need; nobody waits for an answer."""

_in_force = OF_COMMANDS


def in_force() -> Limits:
    """Return the limits of this process: those of a command until it says otherwise."""
    return _in_force


def put_in_force(limits: Limits) -> None:
    """Let connections that this process opens from now on have these limits."""
    global _in_force  # noqa: PLW0603 - it is said once, when a server starts
    _in_force = limits
