"""Showing what was said to a target with the personal values that the log masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioning.models import Exchange


@dataclass(frozen=True, slots=True)
class Bodies:
    """What was asked and answered, without secrets."""

    request: Any
    response: Any


def reveal_exchange(*, exchange: Exchange) -> Bodies | None:
    """Return the bodies unmasked and record who looked; ``None``: they were not kept."""
    raise NotImplementedError
