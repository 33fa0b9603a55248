"""Asking for something, and not wanting it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.errors import (
    AskedAlreadyError,
    HeldAlreadyError,
    NoReasonError,
    NotOfferedError,
    RequestOverError,
    TooManyRequestsError,
)
from access_requests.models import LONGEST_TEXT, AccessRequest
from access_requests.telling import tell_who_decides
from access_requests.things import Thing, held_to_be_changed, is_held
from access_requests.until import require_day
from accounts.models import User
from accounts.storage.group_locks import hold_people
from accounts.trail import audit
from licenses.models import Subscription

if TYPE_CHECKING:
    import datetime

MOST_A_DAY: Final = 20
"""Requests of one person in 24 hours, those that they took back among them."""


@transaction.atomic
def ask_for_access(
    *, user: User, thing: Thing, reason: str, wanted_until: datetime.date | None = None
) -> AccessRequest:
    """Ask for a licence or an access profile in the name of ``user``; tell who may decide.

    Raises:
        NotOfferedError: The person is not active, or nobody is given this now.
        HeldAlreadyError: They have it.
        AskedAlreadyError: They have asked for it already.
        TooManyRequestsError: They have asked for :data:`MOST_A_DAY` things since yesterday.
        NoReasonError: They say nothing of why.
        NoSuchDayError: The day is over, or too far away.
    """
    hold_people([user.pk])  # So that nobody deactivates them, and of two requests one is first.
    _require_offered(user, thing)
    require_day(wanted_until)
    if not reason.strip():
        raise NoReasonError(_("Say why you need it."))
    if is_held(user, thing):
        raise HeldAlreadyError(_("You have %(thing)s already.") % {"thing": _called(thing)})
    key = {_kind(thing): thing}
    if AccessRequest.objects.filter(user=user, state=AccessRequest.State.OPEN, **key).exists():
        raise AskedAlreadyError(
            _("You have asked for %(thing)s already. You get a mail when it is decided.")
            % {"thing": _called(thing)}
        )
    since = timezone.now() - timedelta(days=1)
    if AccessRequest.objects.filter(user=user, asked__gt=since).count() >= MOST_A_DAY:
        raise TooManyRequestsError(
            _("You have asked for %(n)s things since yesterday. Ask again tomorrow.")
            % {"n": MOST_A_DAY}
        )
    request = AccessRequest.objects.create(
        user=user,
        thing=_called(thing),
        reason=reason.strip()[:LONGEST_TEXT],
        wanted_until=wanted_until,
        **key,
    )
    audit.record("access_request.asked", user, thing=request.thing, reason=request.reason)
    tell_who_decides()
    return request


@transaction.atomic
def withdraw_request(*, request: AccessRequest) -> None:
    """Take an open request back, as its person wishes.

    Raises:
        RequestOverError: It is decided, or taken back already.
    """
    held = held_to_be_changed(request)
    if held is None or not held.is_open:
        raise RequestOverError(_("This request is over already. Nothing was changed."))
    held.state = AccessRequest.State.WITHDRAWN
    held.closed = timezone.now()
    held.save(update_fields=["state", "closed"])
    audit.record("access_request.withdrawn", held.user, thing=held.thing)


def _require_offered(user: User, thing: Thing) -> None:
    if not User.objects.filter(pk=user.pk, active=True).exists():
        raise NotOfferedError(_("Your account is not active, so you can ask for nothing."))
    stored = type(thing)._default_manager.filter(pk=thing.pk).first()
    if isinstance(stored, Subscription):
        is_offered = stored.is_current(timezone.localdate())
    else:
        is_offered = stored is not None and not stored.is_default
    if not is_offered:
        raise NotOfferedError(
            _("Nobody is given %(thing)s now. Choose something else.") % {"thing": _called(thing)}
        )


def _kind(thing: Thing) -> str:
    return "subscription" if isinstance(thing, Subscription) else "profile"


def _called(thing: Thing) -> str:
    return str(thing)
