"""Forms of the sign-in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.models import User

    _SetPassword = SetPasswordForm[User]
else:
    _SetPassword = SetPasswordForm  # Takes no types while it runs.

LONGEST_ADDRESS = 320
LONGEST_PASSWORD = 4096


class AddressForm(forms.Form):
    """The first step of signing in: who are you?"""

    username = forms.CharField(
        label=_("E-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
                "autofocus": True,
            }
        ),
    )


class PasswordForm(AddressForm):
    """Address and password; the address was asked for in the first step."""

    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ConfirmationForm(forms.Form):
    """The password of somebody who is signed in."""

    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class RecoveryCodeForm(AddressForm):
    """Address and recovery code of a system admin."""

    secret = forms.CharField(
        label=_("Recovery code"),
        max_length=40,
        help_text=_("One of the ten codes you saved, such as ABCD-EFGH-IJKL-MNOP."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CompanyForm(forms.Form):
    """The short name of the company whose identity provider is to be used."""

    company = forms.SlugField(
        label=_("Short name of your company"),
        help_text=_("The last part of your company's sign-on page, such as “acme”."),
        error_messages={
            "invalid": _("Use letters, digits and hyphens only, such as “acme”."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "organization",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


_NOT_TWICE: Final[dict[str, StrOrPromise]] = {
    "password_mismatch": _("These are two passwords. Enter the new one twice, alike."),
}
_NOT_CHANGED: Final[dict[str, StrOrPromise]] = {
    **_NOT_TWICE,
    "password_incorrect": _("This is not your present password. Nothing was changed."),
}


class NewPasswordForm(_SetPassword):
    """A new password, twice, with the rules in one sentence."""

    error_messages = _NOT_TWICE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_rules(self)


class ChangedPasswordForm(PasswordChangeForm):
    """The same, after the present password."""

    error_messages = _NOT_CHANGED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_rules(self)


def _say_rules(form: forms.Form) -> None:
    """Say in one sentence what Django would list; a refusal names the rule that it is of."""
    form.fields["new_password1"].help_text = _(
        "At least 12 characters, letters and signs of any language, and hard to guess: no common "
        "password, nothing but digits, nothing of your name, address or company, no repetition."
    )
    form.fields["new_password2"].help_text = ""
