"""What takes back, row by row, what an action on many rows has done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from console.base.doing import Work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from accounts.models import ActionLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """What undoing would do: sentences with numbers, and the lines that stay as they are, and why.

    Attributes:
        left: Lines that are not tried, by their keys.
        late: Lines that are tried all the same, as it depends on what happens until then.
    """

    consequences: Sequence[str] = ()
    left: Mapping[int, str] = field(default_factory=dict)
    late: Mapping[int, str] = field(default_factory=dict)


class Undo(Work):
    """What takes a :class:`~console.base.doing.Work` back: its attribute ``undo``.

    Whoever may do that may undo it.  Each row comes with what was kept of it.

    Attributes:
        warns: What whoever is about to do it should know of undoing it; may be empty.
        danger: Whether it takes something away.
    """

    warns: StrOrPromise = ""
    danger: bool = False

    def __init__(self) -> None:
        super().__init__(permissions=())

    def question(self, count: int) -> str:
        """Return the title of the page that asks, such as *Reactivate 206 people again?*."""
        raise NotImplementedError

    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        """Return what would happen to ``lines``, in a number of statements that is fixed."""
        raise NotImplementedError

    @override
    def find_choice(self, ids: dict[str, Any]) -> dict[str, Any]:
        return ids
