"""Until when something is granted, and what its person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from access_requests.errors import NoReasonError, NoSuchDayError
from access_requests.forms import DayInput
from access_requests.models import LONGEST_TEXT

if TYPE_CHECKING:
    from access_requests.models import AccessRequest


class EndForm(forms.Form):
    """The last day of a grant, or none."""

    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput,
        help_text=_("The last day. The day after it is taken back by itself. Empty: for good."),
    )

    def __init__(self, data: Any = None, *, request: AccessRequest) -> None:
        super().__init__(data, initial=self.stored(request))

    @staticmethod
    def stored(request: AccessRequest) -> dict[str, Any]:
        """Return what the form shows of ``request``."""
        return {"until": request.until}

    def refuse(self, error: Exception) -> None:
        """Show why what was decided was refused, at the field that can be mended."""
        fields: dict[type[Exception], str] = {NoReasonError: "answer", NoSuchDayError: "until"}
        self.add_error(fields.get(type(error)), str(error))


class DecisionForm(EndForm):
    """The same with a note, for a request that waits."""

    answer = forms.CharField(
        label=_("Note to the person"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They get it by mail. Who refuses has to say why."),
    )

    @override
    @staticmethod
    def stored(request: AccessRequest) -> dict[str, Any]:
        """Offer the day that was wished for, unless it is over."""
        wanted = request.wanted_until
        is_to_come = wanted is not None and wanted >= timezone.localdate()
        return {"until": wanted if is_to_come else None}
