"""Forms of the sign-in pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

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
