"""Mails to system admins about seats that run out, and about subscriptions that end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.letters import Action, Letter
from licenses.addresses import SEATS_OVER_TIME
from licenses.ending import what_the_end_brings
from licenses.usage import LEVELS

if TYPE_CHECKING:
    from accounts.models import Tenant
    from licenses.models import SeatCount


def seats_letter(*, tenant: Tenant, count: SeatCount, level: int) -> Letter:
    """Return what tells that so many percent of the seats are used."""
    words = {
        "company": tenant.name,
        "product": count.subscription.product.name,
        "level": level,
        "used": count.used,
        "bought": count.bought,
    }
    is_full = level == LEVELS[-1]
    subject = (
        _("%(company)s: every seat of %(product)s is used")
        if is_full
        else _("%(company)s: %(level)s%% of the seats of %(product)s are used")
    )
    follows = (
        _("Who should get one next waits until somebody gives a seat back, or more are bought.")
        if is_full
        else _("When all are used, who should get one next waits.")
    )
    used = ngettext(
        "%(used)s of %(bought)s seat of %(product)s is used.",
        "%(used)s of %(bought)s seats of %(product)s are used.",
        count.bought,
    )
    return Letter(
        subject=subject % words,
        says=(used % words, *_who_waits(count.waiting), follows),
        action=_to_the_page(count),
        then=(_("Seats of people who have not signed in for long can be taken back there, too."),),
    )


def end_letter(*, tenant: Tenant, count: SeatCount, days: int) -> Letter:
    """Return what tells that a subscription ends in so many days, and what follows."""
    words = {
        "company": tenant.name,
        "product": count.subscription.product.name,
        "n": days,
        "day": date_format(count.day + timedelta(days=days), "DATE_FORMAT"),
    }
    subject = ngettext(
        "%(company)s: the subscription to %(product)s ends in %(n)s day",
        "%(company)s: the subscription to %(product)s ends in %(n)s days",
        days,
    )
    return Letter(
        subject=subject % words,
        says=(
            _("The last day of the subscription to %(product)s is %(day)s.") % words,
            *what_the_end_brings(used=count.used, waiting=count.waiting),
        ),
        action=_to_the_page(count),
    )


def _who_waits(waiting: int) -> tuple[str, ...]:
    if not waiting:
        return ()
    text = ngettext("%(n)s person waits for a seat.", "%(n)s people wait for a seat.", waiting)
    return (text % {"n": waiting},)


def _to_the_page(count: SeatCount) -> Action:
    page = f"{SEATS_OVER_TIME.url()}?licence={count.subscription_id}"
    return Action(_("See the seats"), page)
