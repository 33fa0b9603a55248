"""Granting and refusing what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_requests.errors import (
    HeldAlreadyError,
    NoReasonError,
    NotOfferedError,
    NotYoursToDecideError,
    RequestOverError,
)
from access_requests.letters import decision_letter, end_changed_letter
from access_requests.models import LONGEST_TEXT, AccessRequest
from access_requests.telling import may_decide
from access_requests.things import held_to_be_changed, is_held
from access_requests.until import require_day, told_already
from accounts.models import ProfileMembership, User
from accounts.services.mails import send_letter_to
from accounts.services.profiles import add_profile_members
from accounts.trail import audit
from accounts.trail.changes import changes
from licenses.services import assign_seat

if TYPE_CHECKING:
    import datetime

    from accounts.letters import Letter


@transaction.atomic
def grant_request(
    *,
    request: AccessRequest,
    decider: User,
    until: datetime.date | None = None,
    answer: str = "",
) -> AccessRequest:
    """Give what was asked for, up to the last day ``until`` if there is one; tell its person.

    A seat is counted and given as by hand.  Of two who decide at once, the second is told.

    Raises:
        RequestOverError: It is decided, taken back or gone.
        NotYoursToDecideError: It is the decider's own, or they may decide none.
        NotOfferedError: The person is not active, or what they asked for is gone.
        HeldAlreadyError: They have it meanwhile.
        NoSuchDayError: The day is over, or too far away.
        LicenseError: No seat is free, or the subscription does not run today.
    """
    held = _held_to_decide(request, decider)
    require_day(until)
    thing = held.subscription or held.profile
    assert thing is not None  # noqa: S101 - _held_to_decide() has asked
    if is_held(held.user, thing):
        raise HeldAlreadyError(
            _("%(person)s has %(thing)s meanwhile. Refuse the request, and say so in the note.")
            % {"person": held.user, "thing": held.thing}
        )
    held.until, held.warned = until, told_already(until)
    if held.subscription is not None:
        seat = assign_seat(subscription=held.subscription, user=held.user, reason=_why(until))
        held.gave = seat.pk
    else:
        assert held.profile is not None  # noqa: S101 - one of both is there
        add_profile_members(profile=held.profile, user_ids=[held.user_id])
        held.gave = ProfileMembership.objects.get(profile=held.profile, user=held.user).pk
    held.closed = timezone.now() if until is None else None
    details = {"until": until.isoformat()} if until else {}
    return _decided(held, AccessRequest.State.GRANTED, decider, answer, **details)


@transaction.atomic
def refuse_request(*, request: AccessRequest, decider: User, answer: str) -> AccessRequest:
    """Refuse what was asked for, and tell its person why.

    Raises:
        NoReasonError: ``answer`` says nothing.
        RequestOverError, NotYoursToDecideError, NotOfferedError: As for :func:`grant_request`.
    """
    held = _held_to_decide(request, decider)
    if not answer.strip():
        raise NoReasonError(_("Say why: the person who asked reads it."))
    held.closed = timezone.now()
    return _decided(held, AccessRequest.State.REFUSED, decider, answer)


@transaction.atomic
def change_end(
    *, request: AccessRequest, decider: User, until: datetime.date | None
) -> AccessRequest:
    """Let what was granted end on another day, or not at all; tell its person.

    Raises:
        RequestOverError: It is not granted, or has ended.
        NotYoursToDecideError, NoSuchDayError: As for :func:`grant_request`.
    """
    held = _held_for(request, decider)
    if held.state != AccessRequest.State.GRANTED:
        raise RequestOverError(
            _("Only what is granted has an end. This request: %(state)s. Nothing was changed.")
            % {"state": held.get_state_display()}
        )
    require_day(until)
    if until == held.until:
        return held
    before = {"until": held.until.isoformat() if held.until else None}
    held.until, held.warned = until, told_already(until)
    held.closed = timezone.now() if until is None else None
    held.save(update_fields=["until", "warned", "closed"])
    after = {"until": until.isoformat() if until else None}
    details = changes(before, after)
    audit.record("access_request.end_changed", held.user, thing=held.thing, **details)
    if held.user.active:
        send_to_person(held.user, end_changed_letter(held))
    return held


def _held_to_decide(request: AccessRequest, decider: User) -> AccessRequest:
    held = _held_for(request, decider)
    if not held.is_open:
        raise RequestOverError(
            _("This request is over: %(state)s. Nothing was changed.")
            % {"state": held.get_state_display()}
        )
    if not held.user.active:
        raise NotOfferedError(
            _("%(person)s is deactivated. The request lapses by itself; nothing was changed.")
            % {"person": held.user}
        )
    if not held.has_thing:
        raise NotOfferedError(
            _("%(thing)s is gone. The request lapses by itself; nothing was changed.")
            % {"thing": held.thing}
        )
    return held


def _held_for(request: AccessRequest, decider: User) -> AccessRequest:
    held = held_to_be_changed(request)
    if held is None:
        raise RequestOverError(_("The person who asked for this is deleted. Nothing was changed."))
    if held.user_id == decider.pk:
        raise NotYoursToDecideError(_("It is your own request. Somebody else decides it."))
    if not may_decide(User.objects.get(pk=decider.pk)):
        raise NotYoursToDecideError(_("Your role does not let you decide any more."))
    return held


def _decided(
    held: AccessRequest, state: AccessRequest.State, decider: User, answer: str, **details: str
) -> AccessRequest:
    held.state = state
    held.decided = timezone.now()
    held.decided_by = decider.pk
    held.answer = answer.strip()[:LONGEST_TEXT]
    held.save(
        update_fields=[
            *("state", "decided", "decided_by", "answer", "until", "gave", "warned", "closed"),
        ]
    )
    action = "granted" if state == AccessRequest.State.GRANTED else "turned_down"
    audit.record(
        f"access_request.{action}", held.user, thing=held.thing, reason=held.answer, **details
    )
    send_to_person(held.user, decision_letter(held))
    return held


def send_to_person(user: User, letter: Letter) -> None:
    """Have ``user`` mailed, if the transaction is committed."""
    send_letter_to.defer(letter=letter.as_json(), address=user.mail_address)


def _why(until: datetime.date | None) -> str:
    if until is None:
        return _("Asked for.")
    return _("Asked for, until %(day)s.") % {"day": date_format(until, "DATE_FORMAT")}
