"""*Waiting for a seat*: who gets the next one, in their order, and through which group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.storage.memberships import groups_reached
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.licences.choosing import (
    LICENCE,
    PAGE,
    is_licence,
    licence_asked_for,
    licences_offered,
    page_asked_for,
)
from licenses.models import GroupLicense
from licenses.storage.seat_counts import seats_now
from licenses.waiting import people_waiting

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from licenses.models import Subscription


@require_safe
def waiting_for_a_seat(request: HttpRequest) -> HttpResponse:
    """Show who waits for one licence: that of the address, or for which most people wait."""
    offered = licences_offered()
    now = seats_now()
    numbers = {each.pk: now[each.pk].waiting for each in offered if each.pk in now}
    asked = licence_asked_for(request, offered)
    most = max(offered, key=lambda each: numbers.get(each.pk, 0), default=None)
    chosen = asked or most
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Waiting for a seat"),
        "offered": [(each, numbers.get(each.pk, 0)) for each in offered],
        "chosen": chosen,
        "in_all": sum(numbers.values()),
    }
    if chosen is not None:
        context |= _who_waits(request, chosen)
    request.current_app = admin.site.name
    return render(request, "console/licences/waiting.html", context)


def _who_waits(request: HttpRequest, chosen: Subscription) -> dict[str, Any]:
    mapped = GroupLicense.objects.filter(subscription=chosen)
    groups = dict(mapped.values_list("group_id", "group__display_name"))
    waiting = people_waiting(chosen.pk, groups).order_by("pk")
    page = page_asked_for(request, waiting)
    people = list(page.object_list)
    reached = groups_reached([user.pk for user in people])
    return {
        "page": page,
        "asked": urlencode({LICENCE: chosen.pk}),
        "is_current": chosen.is_current(timezone.localdate()),
        "gives": bool(groups),
        "rows": [
            (number, user, sorted(groups[key] for key in reached.get(user.pk, ()) if key in groups))
            for number, user in enumerate(people, start=page.start_index())
        ],
    }


register_page(
    ConsolePage(
        name="waiting-for-a-seat",
        route="licences/waiting/",
        view=waiting_for_a_seat,
        label=_lazy("Waiting for a seat"),
        access="licenses.seat",
        questions={LICENCE: is_licence, PAGE: is_page},
    )
)
