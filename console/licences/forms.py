"""Forms about licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from licenses.models import Subscription
from licenses.usage import subscriptions_with_use

if TYPE_CHECKING:
    from collections.abc import Collection


def seats_of(subscription: Any) -> str:
    """Return a licence with the seats used and bought."""
    return _t("%(product)s: %(used)s of %(seats)s seats used") % {
        "product": subscription.product,
        "used": subscription.used,
        "seats": subscription.seats,
    }


def label_of(subscription: Any) -> str:
    """Return a licence with its seats and, when it cannot be given now, the reason."""
    seats = seats_of(subscription)
    if not subscription.is_current(timezone.localdate()):
        return _t("%s. The subscription is not running today.") % seats
    if subscription.used >= subscription.seats:
        return _t("%s. All are taken: release one, or ask for more seats.") % seats
    return seats


class LicenseCheckboxes(forms.CheckboxSelectMultiple):
    """A checkbox for each licence; those that cannot be given now are greyed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unavailable: Collection[int] = ()

    @override
    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        key = getattr(value, "value", value)
        if key in self.unavailable and not option["selected"]:
            option["attrs"]["disabled"] = True
        return option


class LicenseField(forms.ModelMultipleChoiceField[Subscription]):
    """Which licences somebody holds, with the seats used and bought."""

    widget = LicenseCheckboxes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held: Collection[int] = ()

    @override
    def label_from_instance(self, obj: Any) -> str:
        return seats_of(obj) if obj.pk in self.held else label_of(obj)


class LicenseChoiceField(forms.ModelChoiceField[Subscription]):
    """One licence, with the seats used and bought."""

    @override
    def label_from_instance(self, obj: Any) -> str:
        return label_of(obj)


def offer_licences(
    field: LicenseField | LicenseChoiceField, subscriptions: Collection[Any]
) -> None:
    """Let ``field`` offer these, which were read with their use.

    A page asks for its choices several times, and each time a queryset would count all seats.
    """
    field.queryset = Subscription.objects.all()
    field.choices = [(each.pk, field.label_from_instance(each)) for each in subscriptions]


class ChooseLicenseForm(forms.Form):
    """Which licence the selected people get or give back."""

    subscription = LicenseChoiceField(
        label=_("Licence"), queryset=Subscription.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subscription"]
        assert isinstance(field, LicenseChoiceField)  # noqa: S101 - declared above
        offer_licences(field, subscriptions_with_use())
