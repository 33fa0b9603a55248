"""How things stand at an application, and of one person at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from provisioning.models import Application, Operation, Run


@dataclass(frozen=True, slots=True)
class Tiles:
    """The numbers of an application's page.

    ``in_step`` counts linked people without anything in flight, stuck or held; ``changed_there``
    those whose values somebody changed at the target.
    """

    assigned: int
    in_step: int
    waiting: int
    oldest_waiting: datetime | None
    failed: int
    quarantined: int
    held: int
    conflicts: int
    changed_there: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: of each phase the operations done and all of them."""

    done: int
    total: int
    failed: int
    phases: tuple[tuple[str, int, int], ...]
    """Label, done, all."""
    seconds_left: float | None
    """An estimate from what was done so far; ``None`` while it cannot be told."""
    requests_per_second: float | None
    """What the target allows; ``None`` without a limit."""
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class AtApplication:
    """One person at one application."""

    application: Application
    remote_id: str
    state: str
    """``in_step``, ``waiting``, ``failed``, ``quarantined``, ``held``, ``conflict``, ``left``."""
    reason: str
    last: Operation | None


def tiles(application: Application) -> Tiles:
    """Return how things stand at an application."""
    raise NotImplementedError


def progress(run: Run) -> Progress:
    """Return how far a run is."""
    raise NotImplementedError


def state_at_applications(user: User) -> list[AtApplication]:
    """Return how a person stands at each application that has, or should have, them."""
    raise NotImplementedError
