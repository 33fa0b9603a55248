"""Rows of a form: as many as somebody enters by hand, whatever number the form says."""

from __future__ import annotations

from typing import Any, Final

from django.forms import BaseInlineFormSet
from django.utils.translation import ngettext_lazy

MOST_ROWS: Final = 200
"""Each row that a form says it has is made, judged and drawn, even if nothing stands in it."""


class BoundedRows(BaseInlineFormSet[Any, Any, Any]):
    """The rows of a form: at most :data:`MOST_ROWS`, or as many as there are already."""

    default_error_messages = {
        **BaseInlineFormSet.default_error_messages,
        "too_many_forms": ngettext_lazy(
            "At most %(num)d row can be entered here.",
            "At most %(num)d rows can be entered here.",
            "num",
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_num = self.absolute_max = max(MOST_ROWS, len(self.get_queryset()))
