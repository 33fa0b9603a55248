"""What helps to decide a request: who asks, what they have, and how many are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.models import AccessRequest
from accounts.identifiers import is_canonical_uuid
from accounts.models import ProfileMembership, User
from accounts.services.users import UserFields
from accounts.trail.labels import label_of
from console.base.moments import told, told_within
from console.people.columns import ENTERPRISE
from licenses.models import Seat
from licenses.storage.given_by_groups import given_by_groups
from licenses.usage import subscription_use, subscriptions_with_use
from scim.people_files.fields import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

_LOOKED_THROUGH: Final = 2_000
"""Of a thing that more people have it is not told how many of them are of one department."""
_NAMED: Final = 10
"""So many licences, and so many access profiles, are named; more are only said to be there."""

Line = tuple[str, str]


def facts_of(request: AccessRequest) -> list[Line]:
    """Return each fact with its label, for a fixed number of statements."""
    return [
        *_asked(request),
        *_person(request.user),
        *_left(request),
        *_colleagues(request),
        *_before(request),
    ]


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
    values = UserFields.of(user)
    yield label_of("user", "role"), user.get_role_display()
    if department := value_of(values, "department"):
        yield _("Department"), department
    if manager := _manager(value_of(values, "manager")):
        yield _("Manager"), manager.name_and_address
    yield _("Licences"), _some(_licences(user))
    member = ProfileMembership.objects.filter(user=user).order_by("profile__name")
    profiles = list(member.values_list("profile__name", flat=True)[: _NAMED + 1])
    yield _("Access profiles"), _some(profiles)


def _manager(key: str) -> User | None:
    return User.objects.filter(pk=key).first() if is_canonical_uuid(key) else None


def _licences(user: User) -> list[str]:
    """Return what the licences are called that somebody has, each with the group that gives it."""
    seats = Seat.objects.filter(user=user, released=None).order_by("subscription__product__name")
    columns = ("subscription_id", "subscription__product__name", "by_group")
    held = list(seats.values_list(*columns)[: _NAMED + 1])
    given = given_by_groups(user.pk)
    names = []
    for subscription, name, by_group in held:
        through = given.get(subscription) if by_group else None
        said = {"licence": name, "group": through.group if through else ""}
        names.append(_("%(licence)s through the group %(group)s") % said if through else name)
    return names


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


def _colleagues(request: AccessRequest) -> Iterator[Line]:
    """Tell how many of the same department have it, unless too many have it to look at each."""
    department = value_of(UserFields.of(request.user), "department")
    if not request.is_open or not request.has_thing or not department:
        return
    some = _having(request).order_by().values("user_id")[: _LOOKED_THROUGH + 1]
    same = Q(active=True, attributes__contains={ENTERPRISE: {"department": department}})
    found = User.objects.filter(pk__in=some).aggregate(
        looked_at=Count("pk"), same=Count("pk", filter=same & ~Q(pk=request.user_id))
    )
    if found["looked_at"] > _LOOKED_THROUGH:
        return
    text = ngettext(
        "%(n)s in %(department)s has it", "%(n)s in %(department)s have it", found["same"]
    )
    said = {"n": found["same"], "department": department}
    none = _("Nobody else in %(department)s has it")
    yield _("Colleagues"), (text if found["same"] else none) % said


def _having(request: AccessRequest) -> QuerySet[Any]:
    """Return what those have who have what is asked for: a seat, or a place in the profile."""
    if request.subscription_id is not None:
        return Seat.objects.filter(subscription=request.subscription_id, released=None)
    return ProfileMembership.objects.filter(profile=request.profile_id)


def _before(request: AccessRequest) -> Iterator[Line]:
    earlier = AccessRequest.objects.filter(
        user=request.user, thing=request.thing, pk__lt=request.pk
    ).order_by("-pk")[:1]
    for last in earlier:
        yield (
            _("Asked for it before"),
            format_html("{}: {}", told(last.asked), last.get_state_display()),
        )
