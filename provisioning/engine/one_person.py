"""Provisioning one person now, in five steps that can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from provisioning.models import Application, Exchange


class Part(StrEnum):
    """The five steps."""

    TEST = "test"
    IMPORT = "import"
    SCOPE = "scope"
    MATCH = "match"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one of the steps came to; ``ok`` is ``None`` when it was not come to."""

    step: Part
    says: str
    ok: bool | None
    seconds: float = 0.0
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    exchanges: Sequence[Exchange] = ()


def provision_person(*, application: Application, user: User) -> list[Shown]:
    """Bring one person in step at an application at once, and say what each step came to.

    Before the first plan was sent nothing is written there: the last step says what would be.
    """
    raise NotImplementedError
