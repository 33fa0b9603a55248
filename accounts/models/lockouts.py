"""Failed sign-ins that count together, in our words; django-axes keeps and counts them."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override


class Lockout(AccessAttempt):  # type: ignore[misc]
    """The failures with one address from one client; it is locked out when there are too many."""

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("record of failed sign-ins")
        verbose_name_plural = gettext_lazy("failed sign-ins and lockouts")

    @override
    def __str__(self) -> str:
        names = {"address": self.username or "–", "client": self.ip_address or "–"}
        return _("%(address)s from %(client)s") % names
