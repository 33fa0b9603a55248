"""The form that asks for a mail to choose a new password with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.utils.translation import gettext_lazy as _

from accounts.forms import LONGEST_ADDRESS


class AskForMailForm(PasswordResetForm):
    """Django's form, with the words of ours; a job looks up whose the address is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = _("E-mail address")
        field.max_length = LONGEST_ADDRESS  # type: ignore[attr-defined]
        field.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
        }
