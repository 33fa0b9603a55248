"""Reading everything of a kind that a target holds, row by row, until its proved end."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.client.target import TargetPausedError
from provisioning.engine.sessions import probe_once, session_with
from provisioning.importing.gate import why_not_imported
from provisioning.importing.kept import LONGEST
from provisioning.importing.pruning import forget_rows
from provisioning.importing.sorting import Sorting
from provisioning.models import Application, Import, ImportRow
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOG = logging.getLogger(__name__)

MOST_ROWS: Final = 200_000
"""Resources of one kind that an import keeps: a target that never ends fills no database."""
LONGEST_READING: Final = 3600.0
"""Seconds that a target is read, all in all."""
_PATIENCE: Final = 900.0
"""Seconds that reading waits at a time until the target may be asked again."""
_MOST_TO_READ: Final = 2_000_000_000


class _OverError(Exception):
    """The import was ended meanwhile, as with its application."""


def read_import(batch: Import) -> dict[str, Any]:
    """Read the target to its end, or say why that was not possible; begun anew it starts over."""
    forget_rows(batch)
    try:
        why = why_not_imported(batch.application, Kind(batch.kind)) or _read(batch)
        if not why:
            Sorting(batch).part_those_wanted_twice()
    except _OverError:
        return {"over": True}
    except (InterfaceError, OperationalError):
        raise  # The database is away: it is done anew.
    except Exception as error:
        LOG.exception("The import %s cannot be read.", batch.pk)
        why = _("It broke off: %(error)s") % {"error": type(error).__name__}
    if why:
        break_off(batch, why)
        return {"incomplete": True}
    finish(batch)
    return {"read": batch.read}


def break_off(batch: Import, why: str) -> None:
    """End an import that was not read to its end: nothing of it is kept, or can be confirmed."""
    going = Import.objects.filter(pk=batch.pk, state=Import.State.READING)
    if going.update(state=Import.State.INCOMPLETE, why=why, ended=timezone.now()):
        forget_rows(batch)


@transaction.atomic
def finish(batch: Import) -> None:
    """Let an import count that was read to its end; what was ignored before stays ignored."""
    # Whoever decides about a row of the import before comes before this, or after.
    Application.objects.select_for_update(no_key=True).filter(pk=batch.application_id).first()
    found = Import.objects.select_for_update(of=("self",)).filter(pk=batch.pk).first()
    if found is None or found.state != Import.State.READING:
        return
    before = Import.objects.filter(
        application=found.application_id, kind=found.kind, state=Import.State.READ
    )
    ignored = ImportRow.objects.filter(batch__in=before, state=ImportRow.State.IGNORED)
    waiting = ImportRow.objects.filter(batch=found, state=ImportRow.State.WAITING)
    waiting.filter(remote_id__in=ignored.values("remote_id")).update(state=ImportRow.State.IGNORED)
    before.update(state=Import.State.REPLACED)
    rows = ImportRow.objects.filter(batch=found).order_by()
    found.counts = dict(rows.values_list("bucket").annotate(rows=Count("pk")))
    found.state = Import.State.READ
    found.read = sum(found.counts.values())
    found.ended = timezone.now()
    found.save(update_fields=["counts", "state", "read", "ended"])
    batch.read = found.read


def _read(batch: Import) -> str:
    """Keep every resource that the target shows; return why that is not all, or nothing."""
    application: Application = batch.application
    sorting, end = Sorting(batch), time.monotonic() + LONGEST_READING
    read = 0
    try:
        with session_with(application, patience=_PATIENCE) as session:
            probe_once(session)
            listing = session.target.list_all(Kind(batch.kind))
            for page in listing:
                why = _why_not_kept(page.resources, read + len(page.resources), end)
                if why:
                    return why
                sorting.keep(page.resources)
                read += len(page.resources)
                _show(batch, read, page.total)
    except TargetPausedError:
        return _("The target pauses for a long time; it was not read to the end.")
    if listing.is_complete:
        return ""
    return _("The target did not show all of its resources: %(why)s") % {
        "why": listing.why_incomplete
    }


def _why_not_kept(resources: Sequence[Mapping[str, Any]], read: int, end: float) -> str:
    if read > MOST_ROWS:
        return _("The target shows more than %(most)s. No more are read in an import.") % {
            "most": f"{MOST_ROWS:,}"
        }
    if time.monotonic() > end:
        return _("Reading the target takes too long; it was not read to the end.")
    if any(len(id_of(each)) > LONGEST for each in resources):
        return _("The target shows an id of more than %(most)s characters.") % {"most": LONGEST}
    return ""


def _show(batch: Import, read: int, total: int | None) -> None:
    """Say how far reading is; end when nobody wants it any more."""
    going = Import.objects.filter(pk=batch.pk, state=Import.State.READING)
    to_read = None if total is None else min(total, _MOST_TO_READ)
    if not going.update(read=read, to_read=to_read):
        raise _OverError
