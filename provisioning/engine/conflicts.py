"""Deciding whose an account at a target is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.models import Conflict


class Choice(StrEnum):
    """What is done about a conflict."""

    LINK = "link"
    CREATE = "create"
    IGNORE = "ignore"


def resolve_conflict(*, conflict: Conflict, choice: Choice, remote_id: str = "") -> None:
    """Link the account ``remote_id``, or create another one, or leave the person out.

    Raises:
        NotOpenError: It is decided already.
        ValueError: ``remote_id`` is none of the candidates.
    """
    raise NotImplementedError
