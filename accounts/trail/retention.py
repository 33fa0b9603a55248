"""How long the audit trail is kept, and what it holds of people who were deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import Tenant, User
from accounts.storage.retention import (
    PORTION,
    Departed,
    departed_as,
    departed_before,
    erase_actor,
    erase_target,
    prune_portion,
    renumber_portion,
)
from accounts.tenancy.scoping import active_tenant_id, tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

erasers: Final[list[Callable[[UUID], None]]] = []
"""Each erases what a layer above keeps of a person of the active tenant who was deleted.

Such a layer adds to it when it starts.
"""
erasers_by_name: Final[list[Callable[[Departed], None]]] = []
"""Each erases what is kept under the names of such a person, without their id."""
before_erasing: Final[list[Callable[[UUID], None]]] = []
"""Each lets the deletion of a person who is to be erased be final, if it waits for somebody."""


class NotDeletedError(AccountError):
    """Nobody with this id was deleted, or what the trail held of them is erased already."""


def prune_trail() -> dict[str, Any]:
    """Delete the entries that are older than their tenant keeps them; return how many.

    Each portion is a transaction of its own, so that nobody waits for it.  To be called outside
    one, once a day.
    """
    while renumber_portion() == PORTION:
        pass
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _prune_tenant)
    deleted = _prune(None, _days_ago(settings.TRAIL_DAYS)) + sum(done.values())
    return with_failures({"deleted": deleted}, failed)


def erase_people_who_left() -> dict[str, Any]:
    """Erase from the trail whoever was deleted so long ago as the deployment says; say how many.

    Like :func:`prune_trail`, in portions.
    """
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _erase_who_left)
    return with_failures({"people": sum(done.values())}, failed)


def erase_person(*, person_id: UUID) -> None:
    """Take the names of somebody who was deleted, and what changed of them, out of the trail.

    What happened stays, with the id that they had.  It is the trail of the active tenant.

    Raises:
        NotDeletedError: They are not deleted, or they are erased already.
    """
    for prepare in before_erasing:
        prepare(person_id)
    departed = departed_as(tenant_id=active_tenant_id(), person_id=person_id, system=audit.SYSTEM)
    if departed is None:
        raise NotDeletedError(
            _(
                "Nobody with the id %(id)s was deleted, or the audit trail names them no longer. "
                "Delete the person first; the entry of the deletion has the id."
            )
            % {"id": person_id}
        )
    _erase(departed)


def _prune_tenant(tenant: Tenant) -> int:
    """Without the entries nobody would know any more whom to erase: that comes first."""
    before = _days_ago(tenant.trail_days or settings.TRAIL_DAYS)
    _erase_in_tenant(tenant, before)
    return _prune(tenant.pk, before)


def _days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _prune(tenant_id: int | None, before: datetime) -> int:
    deleted = 0
    while portion := prune_portion(tenant_id=tenant_id, before=before):
        deleted += portion
    return deleted


def _erase_who_left(tenant: Tenant) -> int:
    return _erase_in_tenant(tenant, _days_ago(settings.TRAIL_PERSON_DAYS))


def _erase_in_tenant(tenant: Tenant, before: datetime) -> int:
    erased = 0
    with tenant_scope(tenant):
        while found := departed_before(tenant_id=tenant.pk, moment=before, system=audit.SYSTEM):
            for departed in found:
                _erase(departed)
            erased += len(found)
    return erased


def _erase(departed: Departed) -> None:
    tenant_id = active_tenant_id()
    for erase in erasers:
        erase(departed.person_id)
    for erase_names in erasers_by_name:
        erase_names(departed)
    while erase_actor(tenant_id=tenant_id, departed=departed):
        pass
    while _erase_facts(tenant_id, departed):
        pass


@transaction.atomic
def _erase_facts(tenant_id: int, departed: Departed) -> bool:
    """Erase a portion; with the last, say once that it is done, whoever dies before or after."""
    erased = erase_target(tenant_id=tenant_id, departed=departed)
    if departed.entry_id in erased:
        audit.record("user.erased", User(pk=departed.person_id, tenant_id=tenant_id))
    return bool(erased)
