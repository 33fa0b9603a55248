"""Beginning an import: its row, and the job that reads the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.identifiers import uuid_of
from accounts.jobs.kinds import RUNS, at_least_once
from accounts.trail import audit
from provisioning.importing.errors import NotReadNowError
from provisioning.importing.gate import why_not_imported
from provisioning.importing.reading import read_import
from provisioning.importing.taking import take_in
from provisioning.models import Application, Import
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection


@at_least_once(queue=RUNS, pauses=(10, 60), leaves=2, reaches_out=True, one_for_tenant=True)
def read_at_target(*, import_id: str) -> dict[str, Any]:
    """Read what a target holds; done anew from the beginning, if a worker died."""
    batch = (
        Import.objects.select_related("application__tenant").filter(pk=uuid_of(import_id)).first()
    )
    if batch is None or batch.state not in {Import.State.READING, Import.State.READ}:
        return {}
    came = read_import(batch) if batch.state == Import.State.READING else {}
    if batch.by_schedule and Import.objects.filter(pk=batch.pk, state=Import.State.READ).exists():
        take_in.defer(import_id=str(batch.pk))
    return came


@transaction.atomic
def begin_import(
    *, application: Application, kinds: Collection[Kind], by_schedule: bool = False
) -> list[Import]:
    """Have everything of these kinds read by a worker; nothing here is changed by it.

    What is being read already is not begun a second time, and returned as it is.

    Raises:
        NotReadNowError: The plan lacks provisioning, or the application cannot be asked.
    """
    held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    begun: list[Import] = []
    for kind in kinds:
        why = why_not_imported(held, kind)
        if why:
            raise NotReadNowError(why)
        values = {"actor": audit.acting(), "by_schedule": by_schedule}
        batch, is_new = Import.objects.get_or_create(
            application=held, kind=kind, state=Import.State.READING, defaults=values
        )
        begun.append(batch)
        if is_new:
            audit.record("application.import_begun", held, kind=kind.value)
            read_at_target.defer(import_id=str(batch.pk))
    return begun
