"""*Edit user settings* with its licences."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.licences.forms import LicenseField, offer_licences
from console.people.person_form import PersonForm
from licenses.models import Seat, Subscription
from licenses.usage import subscriptions_with_use


class UserSettingsForm(PersonForm):
    """*Edit user settings* with its section *Product user licences*."""

    licenses = LicenseField(
        label=_("Licences"),
        queryset=Subscription.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("licenses")
        if not isinstance(field, LicenseField):
            return
        held = list(
            Seat.objects.filter(user_id=self.instance.pk, released=None).values_list(
                "subscription_id", flat=True
            )
        )
        subscriptions: list[Any] = list(subscriptions_with_use())
        field.held = held
        offer_licences(field, subscriptions)
        self.initial["licenses"] = held
        today = timezone.localdate()
        field.widget.unavailable = {
            each.pk
            for each in subscriptions
            if each.pk not in held and (each.used >= each.seats or not each.is_current(today))
        }
        if not subscriptions:
            field.help_text = _("Your company has no licences yet.")
