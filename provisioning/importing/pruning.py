"""How long what was read is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.models import Import, ImportRow

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEPT: Final = timedelta(days=1)
"""So long the rows of an import stay that does not count any more: decisions about them run."""
_PORTION: Final = 1_000
_OVER: Final = (Import.State.REPLACED, Import.State.INCOMPLETE, Import.State.LEFT)


def forget_rows(batch: Import) -> None:
    """Delete what was read of an import, a portion at a time."""
    _delete(ImportRow.objects.filter(batch=batch))


def prune_imports() -> dict[str, Any]:
    """Delete what every tenant's imports have read that do not count any more, or are too old."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"rows": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        _let_old_ones_count_no_more()
        over = Import.objects.filter(state__in=_OVER, ended__lt=timezone.now() - KEPT)
        deleted = _delete(ImportRow.objects.filter(batch__in=over))
        for batch in over.select_related("application"):
            days = timedelta(days=batch.application.log_retention_days)
            if batch.created < timezone.now() - days:
                batch.delete()
        return deleted


def _let_old_ones_count_no_more() -> None:
    """End what counts for longer than the log of its application is kept: it tells of people."""
    now = timezone.now()
    for batch in Import.objects.filter(state=Import.State.READ).select_related("application"):
        if batch.created < now - timedelta(days=batch.application.log_retention_days):
            batch.state, batch.ended = Import.State.REPLACED, now
            batch.save(update_fields=["state", "ended"])


def _delete(rows: QuerySet[ImportRow]) -> int:
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_PORTION]):
        ImportRow.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
