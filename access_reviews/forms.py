"""What a reviewer sends of one line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from access_reviews.models import ReviewLine
from access_reviews.services.deciding import Wish


class LineForm(forms.Form):
    """The decision about a line; what it showed comes along, so that what was touched is known."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("", _("Not yet")), *ReviewLine.Decision.choices],
        required=False,
        show_hidden_initial=True,
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, show_hidden_initial=True
    )
    revision = forms.IntegerField(min_value=0)

    @override
    def clean(self) -> dict[str, Any]:
        sent = super().clean() or self.cleaned_data
        if sent.get("note") and not sent.get("decision"):
            self.add_error("note", _("Choose to keep or to revoke, too: a note alone is not kept."))
        return sent

    @property
    def is_touched(self) -> bool:
        """Whether the decision or the note is other than it was shown."""
        return bool({"decision", "note"} & set(self.changed_data))

    @property
    def wish(self) -> Wish:
        """What is wanted, once the form is valid."""
        sent = self.cleaned_data
        return Wish(sent["decision"], sent["note"], sent["revision"])
