"""*Who holds what*: the seats that were held on a day, with today's department; also as CSV."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.trail.sentences import actor_in_words
from console.base.csv_export import csv_response
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
from licenses.holders import seats_held_on
from scim.protocol.urns import ENTERPRISE_USER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from accounts.models import User
    from licenses.models import Seat

DAY: Final = "day"
CSV_HEADER: Final = (
    *("product", "user", "name", "department_today", "active_today"),
    *("granted", "granted_by", "grant_reason", "by_group", "released"),
)
_FIRST_YEAR: Final = 2000


def is_day(value: str) -> bool:
    """Whether ``value`` is a day that is not to come, or empty, which means today."""
    return value == "" or _day(value) is not None


@require_safe
def who_holds_what(request: HttpRequest) -> HttpResponse:
    """Show who held which licence at the end of a day, today unless the address says another."""
    day = _day_asked_for(request)
    offered = licences_offered()
    chosen = licence_asked_for(request, offered)
    page = page_asked_for(request, seats_held_on(day, chosen.pk if chosen else None))
    asked = {DAY: day.isoformat(), LICENCE: chosen.pk if chosen else ""}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Who holds what"),
        "day": day,
        "today": timezone.localdate(),
        "offered": offered,
        "chosen": chosen,
        "asked": urlencode(asked),
        "page": page,
        "rows": [(seat, department_of(seat.user)) for seat in page.object_list],
    }
    request.current_app = admin.site.name
    return render(request, "console/licences/who_holds.html", context)


@require_safe
def who_holds_what_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return everybody whom :func:`who_holds_what` shows, a portion at a time."""
    day = _day_asked_for(request)
    chosen = licence_asked_for(request, licences_offered())
    seats = seats_held_on(day, chosen.pk if chosen else None)
    return csv_response(name=f"licences-on-{day}", header=CSV_HEADER, rows=_csv_rows(seats))


def department_of(user: User | None) -> str:
    """Return the department that somebody has today, as the identity provider sent it."""
    values = user.attributes.get(ENTERPRISE_USER) if user else None
    department = values.get("department") if isinstance(values, dict) else None
    return department if isinstance(department, str) else ""


def _csv_rows(seats: QuerySet[Seat]) -> Iterator[list[Any]]:
    for seat in seats.iterator(chunk_size=1000):
        user = seat.user
        yield [
            seat.subscription.product.key,
            user.user_name if user else seat.holder,
            user.get_full_name() if user else "",
            department_of(user),
            "" if user is None else user.active,
            seat.granted,
            actor_in_words(seat.granted_by),
            seat.grant_reason,
            seat.by_group,
            seat.released or "",
        ]


def _day_asked_for(request: HttpRequest) -> datetime.date:
    return _day(request.GET.get(DAY, "")) or timezone.localdate()


def _day(value: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return None
    is_offered = day.year >= _FIRST_YEAR and day <= timezone.localdate()
    return day if is_offered and value == day.isoformat() else None


_QUESTIONS: Final = {DAY: is_day, LICENCE: is_licence}

register_page(
    ConsolePage(
        name="who-holds-what",
        route="licences/held/",
        view=who_holds_what,
        label=_lazy("Who holds what"),
        access="licenses.seat",
        questions={**_QUESTIONS, PAGE: is_page},
    )
)
register_page(
    ConsolePage(
        name="who-holds-what-csv",
        route="licences/held/csv/",
        view=who_holds_what_csv,
        questions=_QUESTIONS,
    )
)
