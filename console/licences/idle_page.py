"""*Seats of idle people*: how many there are of each licence, and the way to take them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from console.base.pages import ConsolePage, register_page
from console.licences.idle import DAYS, USUAL, is_idle_days
from licenses.idle import LONGEST_IDLE, idle_seats
from licenses.usage import subscriptions_with_use

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_DAYS: Final = "days"


@require_safe
def seats_of_idle_people(request: HttpRequest) -> HttpResponse:
    """Show how many seats people hold who have not signed in for a number of days."""
    days = int(request.GET.get(_DAYS, USUAL))
    counted = idle_seats(days).order_by().values_list("subscription").annotate(Count("pk"))
    numbers: dict[Any, int] = dict(counted)
    rows = [(each, numbers.get(each.pk, 0)) for each in subscriptions_with_use()]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Seats of idle people"),
        "days": days,
        "most": LONGEST_IDLE,
        "rows": rows,
        "in_all": sum(numbers.values()),
        "filter": DAYS,
    }
    request.current_app = admin.site.name
    return render(request, "console/licences/idle.html", context)


register_page(
    ConsolePage(
        name="idle-seats",
        route="licences/idle/",
        view=seats_of_idle_people,
        label=_lazy("Seats of idle people"),
        access="licenses.seat",
        questions={_DAYS: is_idle_days},
    )
)
