"""What somebody wants, why and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from access_requests.errors import NotOfferedError
from access_requests.models import LONGEST_TEXT
from access_requests.things import licences_to_ask_for, profiles_to_ask_for
from access_requests.until import furthest_day

if TYPE_CHECKING:
    from access_requests.things import Thing
    from accounts.models import User

_LICENCE: Final = "licence"
_PROFILE: Final = "profile"


class DayInput(forms.DateInput):
    """A day that browsers let one choose, from today on."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Offer the days that are accepted today."""
        bounds = {"min": timezone.localdate().isoformat(), "max": furthest_day().isoformat()}
        return super().get_context(name, value, {**(attrs or {}), **bounds})


class AskForm(forms.Form):
    """A request for something that its person neither has nor has asked for."""

    thing = forms.ChoiceField(
        label=_("What you need"),
        error_messages={
            "invalid_choice": _(
                "This is not offered any more, or you have it, or have asked for it. Choose again."
            )
        },
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who decides reads it: what for, and what you cannot do without it."),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput,
        help_text=_("The last day that you need it. Leave it empty if you need it for good."),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self._things: dict[str, Thing] = {
            **{f"{_LICENCE}:{each.pk}": each for each in licences_to_ask_for(user)},
            **{f"{_PROFILE}:{each.pk}": each for each in profiles_to_ask_for(user)},
        }
        field = self.fields["thing"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            ("", _t("Choose")),
            *self._group(_t("Licences"), _LICENCE),
            *self._group(_t("Access profiles"), _PROFILE),
        ]

    @property
    def offers_something(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self._things)

    @property
    def chosen(self) -> Thing:
        """What a valid form asks for."""
        return self._things[self.cleaned_data["thing"]]

    def refuse(self, error: Exception) -> None:
        """Show why what was asked for was refused."""
        self.add_error("thing" if isinstance(error, NotOfferedError) else None, str(error))

    def _group(self, label: str, kind: str) -> list[tuple[str, list[tuple[str, str]]]]:
        named = [
            (key, str(each)) for key, each in self._things.items() if key.startswith(f"{kind}:")
        ]
        return [(label, named)] if named else []
