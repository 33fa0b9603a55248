"""What helps to decide a request: who asks, what they have, and how many are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.models import AccessRequest
from accounts.models import ProfileMembership, User
from accounts.trail.labels import label_of
from console.base.moments import told, told_within
from console.people.columns import ENTERPRISE
from licenses.models import Seat
from licenses.usage import subscription_use, subscriptions_with_use

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED: Final = 10
"""So many licences, and so many access profiles, are named; more are only said to be there."""

Line = tuple[str, str]


def facts_of(request: AccessRequest) -> list[Line]:
    """Return each fact with its label, for a fixed number of statements."""
    return [*_asked(request), *_person(request.user), *_left(request), *_before(request)]


def decision_of(request: AccessRequest) -> list[Line]:
    """Return how a request that is over was decided, by whom, and what became of it."""
    lines: list[Line] = []
    if request.decided and request.decided_by:
        decider = User.objects.filter(pk=request.decided_by).first()
        who = decider.name_and_address if decider else _("somebody who is gone")
        lines.append((_("Decided"), format_html("{}, {}", who, told_within(request.decided))))
    if request.answer:
        lines.append((_("Note to the person"), request.answer))
    if request.until:
        lines.append((_("Until"), date_format(request.until, "DATE_FORMAT")))
    if request.ending:
        lines.append((_("What the end found"), request.get_ending_display()))
    return lines


def _asked(request: AccessRequest) -> Iterator[Line]:
    yield _("Asked"), told(request.asked)
    if request.wanted_until:
        yield _("Wanted until"), date_format(request.wanted_until, "DATE_FORMAT")


def _person(user: User) -> Iterator[Line]:
    yield label_of("user", "role"), user.get_role_display()
    department = _department(user)
    if department:
        yield _("Department"), department
    seats = Seat.objects.filter(user=user, released=None).order_by("subscription__product__name")
    licences = list(seats.values_list("subscription__product__name", flat=True)[: _NAMED + 1])
    yield _("Licences"), _some(licences)
    member = ProfileMembership.objects.filter(user=user).order_by("profile__name")
    profiles = list(member.values_list("profile__name", flat=True)[: _NAMED + 1])
    yield _("Access profiles"), _some(profiles)


def _department(user: User) -> str:
    enterprise = user.attributes.get(ENTERPRISE)
    found = enterprise.get("department") if isinstance(enterprise, dict) else None
    return found if isinstance(found, str) else ""


def _some(names: list[str]) -> str:
    if not names:
        return _("none")
    named = ", ".join(names[:_NAMED])
    return _("%(names)s and more") % {"names": named} if len(names) > _NAMED else named


def _left(request: AccessRequest) -> Iterator[Line]:
    if not request.is_open:
        return
    if request.subscription_id is not None:
        bought = subscriptions_with_use().get(pk=request.subscription_id)
        use = subscription_use(bought)
        text = ngettext(
            "%(free)s of %(seats)s is free.", "%(free)s of %(seats)s are free.", use["seats"]
        )
        grants = (
            _("Granting leaves %(left)s.") % {"left": use["free"] - 1}
            if use["free"]
            else _("Nothing can be granted until somebody gives a seat back.")
        )
        yield _("Seats"), f"{text % use} {grants}"
    elif request.profile_id is not None:
        count = ProfileMembership.objects.filter(profile=request.profile_id).count()
        text = ngettext("%(n)s person is in it", "%(n)s people are in it", count)
        yield _("Members"), text % {"n": count}


def _before(request: AccessRequest) -> Iterator[Line]:
    earlier = AccessRequest.objects.filter(
        user=request.user, thing=request.thing, pk__lt=request.pk
    ).order_by("-pk")[:1]
    for last in earlier:
        yield (
            _("Asked for it before"),
            format_html("{}: {}", told(last.asked), last.get_state_display()),
        )
