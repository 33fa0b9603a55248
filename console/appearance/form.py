"""The form of *Appearance*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.brands.colours import is_colour
from accounts.brands.logos import LONGEST_FILE, Logo, LogoError, read_logo

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class AppearanceForm(forms.Form):
    """A logo, which stays as it is unless another one is given, and a colour."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_(
            "PNG, JPEG or WebP, at most 2 MB; best a square of 128 pixels or more. What is not "
            "square gets a margin."
        ),
    )
    remove_logo = forms.BooleanField(label=_("Show no logo"), required=False)
    colour = forms.CharField(
        label=_("Colour"),
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As designers write it, such as #86295f. Empty: the colour of Gatehouse."),
    )

    def clean_logo(self) -> Logo | None:
        """Return the picture that was read from the file, if one was given."""
        given: UploadedFile[bytes] | None = self.cleaned_data["logo"]
        if given is None:
            return None
        try:
            return read_logo(given.read(LONGEST_FILE + 1))
        except LogoError as error:
            raise ValidationError(str(error)) from None

    def clean_colour(self) -> str:
        """Return the colour in lower case."""
        colour = str(self.cleaned_data["colour"]).lower()
        if colour and not is_colour(colour):
            raise ValidationError(
                gettext("Write the colour as # and six digits or letters a to f, such as #86295f.")
            )
        return colour
