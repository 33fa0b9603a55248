"""What needs somebody: the most urgent first, each with what it means and the way to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_reviews.models import AccessReview
from accounts.services.expiry import kind_of
from licenses.ending import what_the_end_brings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from access_requests.models import AccessRequest
    from access_reviews.services.figures import Late
    from accounts.services.expiry import Ending
    from console.dashboard.connections import Connection

_URGENCY: Final = {"bad": 0, "warn": 1, "busy": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that needs somebody.

    Attributes:
        kind: ``bad``, ``warn`` or ``busy``.
        what: What it is, as a heading.
        meaning: What it means for people, or what to do.
        page: Where it is mended; empty for whoever may not open that page.
        button: What the way there is called.
    """

    kind: str
    what: str
    meaning: str
    page: str = ""
    button: str = ""


def most_urgent_first(needs: Iterable[Need]) -> list[Need]:
    """Return ``needs`` with what is broken before what will be."""
    return sorted(needs, key=lambda need: _URGENCY[need.kind])


class Waiting(NamedTuple):
    """A change of a source that is held, of so many people, and its page."""

    source: str
    people: int
    page: str


def of_held_changes(changes: Iterable[Waiting]) -> Iterator[Need]:
    """Yield the changes of sources that wait for an admin."""
    for each in changes:
        what = ngettext(
            "A change of %(source)s is held: %(n)s person",
            "A change of %(source)s is held: %(n)s people",
            each.people,
        )
        yield Need(
            kind="bad",
            what=what % {"source": each.source, "n": each.people},
            meaning=_(
                "They are out, and their seats stay reserved. It is never carried out by itself."
            ),
            page=each.page,
            button=_("Look and decide"),
        )


def of_endings(endings: Iterable[Ending]) -> Iterator[Need]:
    """Yield the credentials that have ended or end soon."""
    for ending in endings:
        if ending.kind == "good":
            continue
        credential = ending.credential
        soon = ngettext(
            "%(what)s expires in %(n)s day", "%(what)s expires in %(n)s days", ending.days_left
        )
        what = _("%(what)s has expired") if ending.has_ended else soon
        yield Need(
            kind=ending.kind,
            what=what % {"what": credential.called, "n": ending.days_left},
            meaning=str(credential.renewal),
            page=credential.page,
            button=_("Open its page"),
        )


def of_connections(connections: Iterable[Connection]) -> Iterator[Need]:
    """Yield the connections that are on and whose last request failed."""
    for each in connections:
        if each.is_failing:
            yield Need(
                kind="bad",
                what=_("The last request of %(name)s failed") % {"name": each.name},
                meaning=each.error,
                page=each.error_url or each.url,
                button=_("See what happened") if each.error_url else _("Open its page"),
            )


def of_requests(oldest: AccessRequest | None, number: int, page: str) -> Iterator[Need]:
    """Yield that so many requests wait for whoever looks, and which of them is the ``oldest``."""
    if oldest is None:
        return
    what = ngettext("%(n)s request waits for you", "%(n)s requests wait for you", number)
    yield Need(
        kind="warn",
        what=what % {"n": number},
        meaning=_("The oldest since %(day)s: %(who)s asks for %(thing)s.")
        % {
            "day": date_format(timezone.localtime(oldest.asked), "DATE_FORMAT"),
            "who": oldest.user,
            "thing": oldest.thing,
        },
        page=page,
        button=_("Decide"),
    )


def of_seats(licences: Iterable[dict[str, Any]], page: str) -> Iterator[Need]:
    """Yield the products of which no seat is free."""
    for each in licences:
        if each["free"]:
            continue
        yield Need(
            kind="warn",
            what=_("No seat of %(product)s is free") % {"product": each["product"]},
            meaning=ngettext(
                "The %(n)s seat is used. Who gets one next waits until somebody gives it back.",
                "All %(n)s seats are used. Who gets one next waits until somebody gives one back.",
                each["seats"],
            )
            % {"n": each["seats"]},
            page=page,
            button=_("See the seats"),
        )


def of_ends(licences: Iterable[dict[str, Any]], page: str) -> Iterator[Need]:
    """Yield the subscriptions that end soon, and those that have ended while seats are held."""
    for each in licences:
        if each["ends"] is None:
            continue
        days = (each["ends"] - timezone.localdate()).days
        if kind_of(days) == "good" or (days < 0 and not each["used"]):
            continue
        soon = ngettext(
            "The subscription to %(product)s ends in %(n)s day",
            "The subscription to %(product)s ends in %(n)s days",
            days,
        )
        what = _("The subscription to %(product)s has ended") if days < 0 else soon
        yield Need(
            kind="warn",
            what=what % {"product": each["product"], "n": days},
            meaning=" ".join(what_the_end_brings(used=each["used"], waiting=0)),
            page=f"{page}?licence={each['key']}",
            button=_("See what happens"),
        )


def of_reviews(late: Iterable[Late]) -> Iterator[Need]:
    """Yield the access reviews whose last day is near or over while lines are undecided."""
    for each in late:
        days = each.days_left
        what = (
            _("The access review “%(review)s” is overdue")
            if days < 0
            else ngettext(
                "The access review “%(review)s” ends in %(n)s day",
                "The access review “%(review)s” ends in %(n)s days",
                days,
            )
            if days
            else _("The access review “%(review)s” ends today")
        )
        meaning = ngettext(
            "%(n)s line is not decided yet.", "%(n)s lines are not decided yet.", each.waiting
        )
        follows = (
            _("Lines that nobody decides are revoked then.")
            if each.review.undecided == AccessReview.Undecided.REVOKE
            else _("Lines that nobody decides are kept then.")
        )
        yield Need(
            kind="bad" if days <= 0 else "warn",
            what=what % {"review": each.review.name, "n": days},
            meaning=f"{meaning % {'n': each.waiting}} {follows}",
            page=reverse("console:access-review", args=[each.review.pk]),
            button=_("See the review"),
        )
