"""How many rows a list has: exactly up to ten thousand, then *about*, never by reading them all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.models import QuerySet

EXACT: Final = 10_000
"""Up to so many rows are counted, and may be paged through."""
_DIGITS: Final = 2
"""Of a number that is about right."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of rows; one that is not exact says so in words."""

    value: int
    is_exact: bool = True

    @override
    def __str__(self) -> str:
        if self.is_exact:
            return number_format(self.value, force_grouping=True)
        about = number_format(_rounded(self.value), force_grouping=True)
        return _("about %(number)s") % {"number": about}

    def part(self, of: int, hits: int) -> Number:
        """Return what this count among the first ``hits`` rows means for all ``of`` them."""
        if hits <= EXACT:
            return self
        return Number(round(self.value * of / hits), is_exact=False)


def hits_of(queryset: QuerySet[Any]) -> int:
    """Return how many rows there are, at most one more than :data:`EXACT`."""
    return queryset.order_by()[: EXACT + 1].count()


def counted(queryset: QuerySet[Any], *, most: int) -> Number:
    """Return how many rows there are: counted, or else what the planner's statistics say.

    Args:
        queryset: The rows.
        most: How many there are without any condition.
    """
    hits = hits_of(queryset)
    if hits <= EXACT:
        return Number(hits)
    plan = json.loads(queryset.order_by().explain(format="json"))
    guess = int(plan[0]["Plan"]["Plan Rows"])
    return Number(max(EXACT + 1, min(guess, most)), is_exact=False)


def _rounded(value: int) -> int:
    return round(value, _DIGITS - len(str(value)))
