"""Taking back what was granted until a day, and saying so some days before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_requests.letters import ended_letter, ends_soon_letter
from access_requests.models import AccessRequest
from access_requests.things import held_to_be_changed
from access_requests.until import WARNED_DAYS
from accounts.models import ProfileMembership, Tenant
from accounts.services.handing_over import remove_unless_groups_give
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from licenses.handing_over import release_unless_groups_give
from licenses.models import Seat

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from django.db.models import QuerySet

_Ending = AccessRequest.Ending


def end_grants() -> dict[str, Any]:
    """Take back in every tenant what was granted until a day that is over; say how much."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), end_grants_of)
    return with_failures({"ended": sum(done.values())}, failed)


def warn_of_ends() -> dict[str, Any]:
    """Tell in every tenant whose grant ends soon; say how many."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), warn_of_ends_in)
    return with_failures({"warned": sum(done.values())}, failed)


def end_grants_of(tenant: Tenant) -> int:
    """Take back what ``tenant`` granted until a day that is over; return how much there was.

    Each is a transaction of its own: who takes the work up again goes on with the next.
    """
    with tenant_scope(tenant):
        return _for_each(_granted(until__lt=timezone.localdate()), end_grant)


def warn_of_ends_in(tenant: Tenant) -> int:
    """Tell those people of ``tenant`` whose grant ends soon, once each; return how many."""
    today = timezone.localdate()
    soon = today + timedelta(days=WARNED_DAYS)
    with tenant_scope(tenant):
        due = _granted(until__gte=today, until__lte=soon, warned=None)
        return _for_each(due, warn_of_end)


@transaction.atomic
def end_grant(*, request: AccessRequest) -> bool:
    """Take back what the grant gave, if its day is over, and that alone; tell its person.

    What somebody else has given since stays, and so does what a directory group gives by now.

    Returns:
        Whether it ended here; nothing happens to what has ended already.
    """
    held = held_to_be_changed(request)
    if held is None or held.state != AccessRequest.State.GRANTED or held.until is None:
        return False
    if held.until >= timezone.localdate():
        return False
    held.ending = _taken_back(held, held.until)
    held.state = AccessRequest.State.ENDED
    held.closed = timezone.now()
    held.save(update_fields=["ending", "state", "closed"])
    audit.record("access_request.ended", held.user, thing=held.thing, ending=held.ending)
    if held.user.active:
        letter = ended_letter(held)
        send_letter_to.defer(letter=letter.as_json(), address=held.user.mail_address)
    return True


@transaction.atomic
def warn_of_end(*, request: AccessRequest) -> bool:
    """Tell its person by mail when the grant ends; return whether they had not been told."""
    held = held_to_be_changed(request)
    if held is None or held.state != AccessRequest.State.GRANTED or held.warned is not None:
        return False
    held.warned = timezone.now()
    held.save(update_fields=["warned"])
    if not held.user.active:
        return False
    audit.record("access_request.end_mail_sent", held.user, thing=held.thing)
    letter = ends_soon_letter(held)
    send_letter_to.defer(letter=letter.as_json(), address=held.user.mail_address)
    return True


def _taken_back(held: AccessRequest, until: datetime.date) -> AccessRequest.Ending:
    """Take back the very row that the grant made; return what was found of it."""
    if held.gave is None:
        return _Ending.GONE
    if held.subscription is not None:
        seat = (
            Seat.objects.filter(pk=held.gave, user=held.user, released=None)
            .select_related("subscription__product")
            .first()
        )
        if seat is None:
            return _Ending.GONE
        return _told(release_unless_groups_give(seat=seat, user=held.user, reason=_why(until)))
    if held.profile is not None:
        is_there = ProfileMembership.objects.filter(pk=held.gave, user=held.user).exists()
        if is_there:
            return _told(remove_unless_groups_give(profile=held.profile, user=held.user))
    return _Ending.GONE


def _told(was_taken: bool) -> AccessRequest.Ending:  # noqa: FBT001 - what a service answered
    return _Ending.TAKEN if was_taken else _Ending.GROUP


def _why(until: datetime.date) -> str:
    return _("Was granted until %(day)s.") % {"day": date_format(until, "DATE_FORMAT")}


def _granted(**conditions: Any) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(state=AccessRequest.State.GRANTED, **conditions)


def _for_each(due: QuerySet[AccessRequest], do: Callable[..., bool]) -> int:
    return sum(do(request=each) for each in list(due.order_by("pk")))
