"""Trying a connection in five steps, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.models import Application


class Part(StrEnum):
    """The five steps, in their order."""

    ADDRESS = "address"
    TLS = "tls"
    TOKEN = "token"  # noqa: S105 - a name
    CONFIG = "config"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one step came to; ``ok`` is ``None`` when an earlier one failed."""

    part: Part
    ok: bool | None
    says: str
    seconds: float = 0.0


def test_connection(*, application: Application) -> list[Checked]:
    """Ask the target who it is, what it can and for its first page of users; write nothing."""
    raise NotImplementedError
