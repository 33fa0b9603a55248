"""Trying again what is stuck, because somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.models import Application, Operation


def retry_operation(*, operation: Operation) -> None:
    """Try the object of an operation again that failed or is quarantined.

    Raises:
        NotStuckError: It waits, runs or is done, or something newer is under way.
    """
    raise NotImplementedError


def retry_stuck(*, application: Application) -> int:
    """Try everything again that failed or is quarantined at an application; return how many."""
    raise NotImplementedError


def lift_quarantine(*, application: Application) -> None:
    """Let an application go on that was put into quarantine."""
    raise NotImplementedError
