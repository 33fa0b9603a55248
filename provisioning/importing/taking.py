"""What an import by the schedule takes in by itself: what an admin allowed, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from accounts.errors import AccountError
from accounts.identifiers import uuid_of
from accounts.jobs.kinds import RUNS, at_least_once
from accounts.progress import report_progress
from provisioning.importing.asking import Asking
from provisioning.importing.deciding import create_found, link_found
from provisioning.models import Import, ImportRow, ImportRule
from provisioning.planning.buckets import Bucket
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet


@at_least_once(queue=RUNS, pauses=(10, 60), leaves=2, reaches_out=True, one_for_tenant=True)
def take_in(*, import_id: str) -> dict[str, Any]:
    """Take in what the rule of an application allows of what was found, one after the other."""
    batch = Import.objects.select_related("application").filter(pk=uuid_of(import_id)).first()
    if batch is None or batch.state != Import.State.READ:
        return {}
    rule = ImportRule.objects.filter(application=batch.application_id).first()
    if rule is None:
        return {}
    keys = list(_allowed(batch, rule).order_by("pk").values_list("pk", flat=True))
    taken = refused = 0
    with Asking() as asking:
        for number, key in enumerate(keys, start=1):
            if _take(key, rule, asking):
                taken += 1
            else:
                refused += 1
            report_progress(done=number, total=len(keys))
    return {"taken": taken, "refused": refused}


def _take(key: int, rule: ImportRule, asking: Asking) -> bool:
    """Take one in, if that is allowed still; what is refused waits for somebody."""
    current = ImportRule.objects.filter(pk=rule.pk).first()
    row = ImportRow.objects.select_related("batch").filter(pk=key).first()
    if current is None or row is None or not _is_allowed(row, current):
        return False
    seen = asking.look_at(key)
    try:
        if row.bucket == Bucket.CANDIDATE:
            link_found(row=row, seen=seen)
        else:
            create_found(row=row, seen=seen)
    except (AccountError, ValidationError):
        return False
    return True


def _allowed(batch: Import, rule: ImportRule) -> QuerySet[ImportRow]:
    """Return what of an import may be taken in without asking anybody."""
    waiting = ImportRow.objects.filter(
        batch=batch, batch__state=Import.State.READ, state=ImportRow.State.WAITING
    )
    found = waiting.none()
    if rule.link_matches:
        found |= waiting.filter(bucket=Bucket.CANDIDATE)
    if rule.create_people and batch.kind == Kind.USER:
        found |= waiting.filter(bucket=Bucket.ORPHAN, matches=[])
    return found


def _is_allowed(row: ImportRow, rule: ImportRule) -> bool:
    return _allowed(row.batch, rule).filter(pk=row.pk).exists()
