"""Who decides, and telling them what waits: at once, and then no oftener than once an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from access_requests.letters import asked_letter
from access_requests.models import AccessRequest
from accounts.models import Role, Tenant, User
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import active_tenant_id, tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures

if TYPE_CHECKING:
    from django.db.models import QuerySet

DECIDERS: Final = (Role.CHANGE_REQUEST_MANAGER, Role.ADMIN)
QUIET: Final = timedelta(hours=1)
"""After a mail nobody gets another one for so long, however much is asked for."""


def may_decide(user: User) -> bool:
    """Whether ``user`` decides what others ask for; nobody decides about themselves."""
    return user.active and user.tenant_id is not None and user.role in DECIDERS


def requests_to_decide(decider: User) -> QuerySet[AccessRequest]:
    """Return what waits for ``decider``: requests of others who are active, the oldest first."""
    open_ones = AccessRequest.objects.filter(state=AccessRequest.State.OPEN, user__active=True)
    return open_ones.exclude(user=decider).select_related("user").order_by("pk")


@transaction.atomic
def tell_who_decides() -> int:
    """Mail what nobody was told of to who decides, unless they had a mail within the hour.

    Returns:
        How many requests were told of.
    """
    now = timezone.now()
    # One at a time: of two who ask at once, the second sees that the first has told.
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=active_tenant_id())
    if AccessRequest.objects.filter(told__gt=now - QUIET).exists():
        return 0
    untold = list(
        AccessRequest.objects.filter(state=AccessRequest.State.OPEN, told=None, user__active=True)
        .select_related("user")
        .order_by("pk")
    )
    told: set[int] = set()
    for decider in User.objects.filter(role__in=DECIDERS, active=True) if untold else ():
        theirs = [each for each in untold if each.user_id != decider.pk]
        if theirs:
            letter = asked_letter(tenant, theirs)
            send_letter_to.defer(letter=letter.as_json(), address=decider.mail_address)
            told.update(each.pk for each in theirs)
    AccessRequest.objects.filter(pk__in=told).update(told=now)
    return len(told)


def mail_what_waits() -> dict[str, Any]:
    """Tell in each tenant what was asked for while nobody was to be mailed; say how much."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _tell_in)
    return with_failures({"told_of": sum(done.values())}, failed)


def _tell_in(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        if not AccessRequest.objects.filter(state=AccessRequest.State.OPEN, told=None).exists():
            return 0
        return tell_who_decides()
