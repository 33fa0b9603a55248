"""Why somebody does something to many: optional, in their words, for the audit trail."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ActionResult

REASON: Final = "reason"
_LONGEST: Final = ActionResult._meta.get_field("reason").max_length


class ReasonForm(forms.Form):
    """One line of text, which may be empty."""

    reason = forms.CharField(
        label=_("Reason, for the history"),
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def reason_given(self) -> str:
        """What a valid form says."""
        return str(self.cleaned_data[REASON])
