"""Deciding about held changes as an admin whom they do not concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from scim.held import deciding

if TYPE_CHECKING:
    from accounts.models import HeldChange


def carry_out(*, change: HeldChange) -> None:
    """Have what is held carried out."""
    deciding.carry_out(change=change, by=User())


def take_back(*, change: HeldChange) -> None:
    """Have what is held taken back."""
    deciding.take_back(change=change, by=User())
