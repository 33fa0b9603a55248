"""*Seats over time*: seats bought, used and waited for as a chart and a table, and what ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.services.expiry import kind_of
from console.base.pages import ConsolePage, register_page
from console.licences.chart import chart_of, thinned
from console.licences.choosing import LICENCE, is_licence, licence_asked_for, licences_offered
from licenses.ending import what_the_end_brings
from licenses.models import SeatCount
from licenses.storage.seat_counts import SeatsNow, seats_now
from licenses.usage import LEVELS, level_of

if TYPE_CHECKING:
    import datetime

    from django.http import HttpRequest, HttpResponse

    from licenses.models import Subscription

DAYS: Final = "days"
PERIODS: Final = {
    "30": _lazy("30 days"),
    "90": _lazy("90 days"),
    "365": _lazy("A year, by the week"),
}
_USUAL: Final = "90"


@require_safe
def seats_over_time(request: HttpRequest) -> HttpResponse:
    """Show one licence, the first unless the address names another."""
    offered = licences_offered()
    chosen = licence_asked_for(request, offered) or next(iter(offered), None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Seats over time"),
        "offered": offered,
        "chosen": chosen,
        "periods": PERIODS,
        "period": request.GET.get(DAYS, _USUAL),
    }
    if chosen is not None:
        context |= _figures(chosen, int(context["period"]))
    request.current_app = admin.site.name
    return render(request, "console/licences/over_time.html", context)


def _figures(chosen: Subscription, days: int) -> dict[str, Any]:
    """Return the figures of one licence, in two statements."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    now = seats_now().get(chosen.pk, SeatsNow(0, 0))
    counts = SeatCount.objects.filter(subscription=chosen, day__range=(first, today))
    points = thinned(list(counts.order_by("day")), days)
    return {
        "now": now,
        "percent": now.used * 100 // chosen.seats if chosen.seats else 0,
        "tiles": [
            {"kind": "off", "label": _("Bought"), "figure": chosen.seats},
            {"kind": _kind(chosen, now), "label": _("Used"), "figure": now.used},
            {
                "kind": "warn" if now.waiting else "good",
                "label": _("Waiting"),
                "figure": now.waiting,
            },
        ],
        "points": points[::-1],
        "chart": chart_of(points, first=first, last=today) if points else None,
        "ending": _ending(chosen, now, today),
    }


def _kind(chosen: Subscription, now: SeatsNow) -> str:
    level = level_of(used=now.used, bought=chosen.seats)
    return "bad" if level == LEVELS[-1] else "warn" if level else "good"


def _ending(chosen: Subscription, now: SeatsNow, today: datetime.date) -> dict[str, Any] | None:
    """Return what is said of the end of a subscription that has one."""
    if chosen.ends is None:
        return None
    days = (chosen.ends - today).days
    return {
        "day": chosen.ends,
        "days": days,
        "is_over": days < 0,
        "kind": "" if kind_of(days) == "good" else "warn",
        "lines": what_the_end_brings(used=now.used, waiting=now.waiting),
    }


register_page(
    ConsolePage(
        name="seats-over-time",
        route="licences/over-time/",
        view=seats_over_time,
        label=_lazy("Seats over time"),
        access="licenses.subscription",
        questions={LICENCE: is_licence, DAYS: PERIODS.__contains__},
    )
)
