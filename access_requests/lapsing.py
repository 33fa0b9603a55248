"""Requests that nobody decides any more, and forgetting those that are long over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access_requests.letters import lapsed_letter
from access_requests.models import AccessRequest
from access_requests.things import held_to_be_changed
from accounts.models import Tenant
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit

KEPT: Final = timedelta(days=365)
"""How long a request is kept when nothing follows from it any more."""
_PORTION: Final = 1_000


def lapse_requests() -> dict[str, Any]:
    """End in every tenant the open requests of who was deactivated, and of what is gone."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), lapse_requests_of)
    return with_failures({"lapsed": sum(done.values())}, failed)


def forget_requests() -> dict[str, Any]:
    """Delete in every tenant the requests that have been over for a year; say how many."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), forget_requests_of)
    return with_failures({"deleted": sum(done.values())}, failed)


def lapse_requests_of(tenant: Tenant) -> int:
    """Do so in ``tenant``; return how many lapsed."""
    with tenant_scope(tenant):
        is_vain = Q(user__active=False) | Q(subscription=None, profile=None)
        vain = AccessRequest.objects.filter(is_vain, state=AccessRequest.State.OPEN)
        return sum(lapse_request(request=each) for each in list(vain.order_by("pk")))


@transaction.atomic
def lapse_request(*, request: AccessRequest) -> bool:
    """End the request if it is open still and in vain; return whether it was.

    Its person is told when what they asked for is gone.
    """
    held = held_to_be_changed(request)
    if held is None or not held.is_open or (held.user.active and held.has_thing):
        return False
    held.state = AccessRequest.State.LAPSED
    held.closed = timezone.now()
    held.save(update_fields=["state", "closed"])
    audit.record("access_request.lapsed", held.user, thing=held.thing)
    if held.user.active:
        letter = lapsed_letter(held)
        send_letter_to.defer(letter=letter.as_json(), address=held.user.mail_address)
    return True


def forget_requests_of(tenant: Tenant) -> int:
    """Delete what has been over in ``tenant`` for a year, in portions; return how many."""
    deleted = 0
    with tenant_scope(tenant):
        over = AccessRequest.objects.filter(closed__lt=timezone.now() - KEPT).order_by("pk")
        while portion := list(over.values_list("pk", flat=True)[:_PORTION]):
            deleted += AccessRequest.objects.filter(pk__in=portion).delete()[0]
    return deleted
