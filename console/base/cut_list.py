"""Lists of logs: up to ten thousand rows are counted and paged through, of more it says *about*."""

from __future__ import annotations

import sys
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from typing_extensions import override

from console.base.counting import EXACT, Number, counted, hits_of
from console.base.of_person import LinkedChangeList


class CutPaginator(Paginator[Any]):
    """The pages of the first :data:`EXACT` rows; no others are read to number them."""

    @cached_property
    @override
    def count(self) -> int:
        rows: Any = self.object_list
        return min(hits_of(rows), EXACT)


class CutChangeList(LinkedChangeList):
    """A list whose :class:`ModelAdmin` has :class:`CutPaginator`, and which never counts all."""

    @cached_property
    def found(self) -> Number:
        """How many rows there are, or about how many."""
        if self.result_count < EXACT:
            return Number(self.result_count)
        return counted(self.queryset, most=sys.maxsize)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self.found.value > EXACT
