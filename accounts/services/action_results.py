"""The results of actions on many rows: kept for a while, for whoever did it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import ActionResult
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

KEPT_OF_EACH: Final = 20
"""Results of one person that are kept; the oldest gives way."""
KEPT: Final = timedelta(days=7)


@transaction.atomic
def keep_result(*, key: UUID, maker: User, result: ActionResult) -> None:
    """Store ``result`` under ``key``, and forget what is too much of its maker.

    One that is there already under ``key`` stays as it is.
    """
    result.pk, result.maker, result.tenant_id = key, maker.pk, maker.tenant_id
    ActionResult.objects.bulk_create([result], ignore_conflicts=True)
    mine = ActionResult.objects.filter(maker=maker.pk)
    newest = mine.order_by("-created").values_list("pk", flat=True)[:KEPT_OF_EACH]
    mine.exclude(pk__in=list(newest)).delete()


def find_result(*, key: UUID, maker: User) -> ActionResult | None:
    """Return what ``maker`` did under ``key``, as long as it is kept."""
    since = timezone.now() - KEPT
    return ActionResult.objects.filter(pk=key, maker=maker.pk, created__gt=since).first()


def delete_old_results() -> int:
    """Delete what is kept no longer, of every tenant and of operators; return how many."""
    with every_tenant():
        return ActionResult.objects.filter(created__lte=timezone.now() - KEPT).delete()[0]
