"""Working a run out: the target read, everything wanted looked at, then who leaves.

Whoever is to leave is known only once everybody who is wanted was read to the end.  When reading
here or there breaks off, nothing is taken away.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.jobs.places import give_way
from provisioning.client.target import TargetPausedError
from provisioning.desired.packed import GatheredIds
from provisioning.engine.closing import close_run
from provisioning.engine.comparing import Shown, read_target
from provisioning.engine.dialects import policy_at
from provisioning.engine.draining import queue_performing
from provisioning.engine.drifting import note_drift, note_reactivated
from provisioning.engine.gate import includes_provisioning
from provisioning.engine.inputs import inputs_of
from provisioning.engine.limits import exceeds_limit
from provisioning.engine.looking import PORTION, View, Wanted, desired_of, look
from provisioning.engine.recording import (
    keep_first_wanted,
    record_operations,
    record_planned,
    sendable,
)
from provisioning.engine.refusals import keep_refused
from provisioning.engine.refused import without_refused
from provisioning.engine.sessions import probe_once, session_with
from provisioning.models import Link, Operation, OperationState, Run
from provisioning.planning.outcomes import known_adopted
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Action, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from provisioning.models import Application
    from provisioning.planning.objects import Policy

LOG = logging.getLogger(__name__)

_PATIENCE: Final = 900.0
"""Seconds that reading a target waits at a time until it may go on."""
LONGEST_READING: Final = 3600.0
"""Seconds that a target is read, all in all: no target keeps a worker for longer."""
_MOST_TO_READ: Final = 2_000_000_000
"""Of what a target says that it holds, as much as a row can show."""
NOTHING: Final = "nothing"
"""What is counted of objects that are in step."""


class _TooLongError(Exception):
    """The target is not read to its end in time, and others want the worker."""


class _StoppedError(Exception):
    """Somebody stopped the run, or a newer one took its place."""


def work_out(run: Run) -> dict[str, Any]:
    """Look at everything that the run is about; what was planned by an attempt before is gone."""
    Operation.objects.filter(run=run, state=OperationState.PLANNED).delete()
    worker = _WorkingOut(run)
    try:
        shown = worker.read_target()
        worker.plan(shown)
    except _StoppedError:
        return {"stopped": True}
    except (InterfaceError, OperationalError):
        raise  # The database is away: it is done anew.
    except Exception as error:
        LOG.exception("The run %s cannot be worked out.", run.pk)
        break_off(run, _("It broke off: %(error)s") % {"error": type(error).__name__})
        return {"broke_off": True}
    worker.finish()
    return {"operations": run.total}


@transaction.atomic
def break_off(run: Run, why: str) -> None:
    """End a run that nobody works out to its end; nothing of a plan is to be sent."""
    going = Run.objects.filter(pk=run.pk, state=Run.State.READING)
    if going.update(state=Run.State.INCOMPLETE, why=why, phase="", ended=timezone.now()):
        Operation.objects.filter(run=run, state=OperationState.PLANNED).delete()


class _WorkingOut:
    """One run while it is worked out."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.application: Application = run.application
        self.policy: Policy = policy_at(run.application)
        self.counts: Counter[str] = Counter()
        self.why = ""

    def read_target(self) -> dict[Kind, Shown]:
        """Read what the target holds, for a run that asks it."""
        if self.run.kind == Run.Kind.CATCH_UP:
            return {}
        why = self._why_not_read()
        if why:
            self.why = why
            return {}
        found: dict[Kind, Shown] = {}
        end = time.monotonic() + LONGEST_READING
        try:
            with session_with(self.application, patience=_PATIENCE) as session:
                probe_once(session)
                for kind in _kinds(has_groups=session.dialect.groups):
                    self._show(f"read {kind}", 0, None)
                    found[kind] = read_target(
                        session,
                        self.run,
                        kind,
                        each_page=partial(self._read_on, kind, end),
                    )
                    self.why = self.why or found[kind].why
        except TargetPausedError:
            self.why = _("The target pauses for a long time; it was not read to the end.")
        except _TooLongError:
            self.why = _("Reading the target takes too long; it was not read to the end.")
        return found

    def plan(self, shown: Mapping[Kind, Shown]) -> None:
        """Look at everybody who is wanted, and then at whoever leaves."""
        leavers: list[View] = []
        for kind in Kind:
            wanted = GatheredIds()
            try:
                for portion in self._portions(kind):
                    for object_id in (*portion.desired, *portion.refused):
                        wanted.add(object_id)
                    self._plan_portion(kind, portion, shown.get(kind, Shown()).unlinked)
            except _StoppedError:
                raise
            except Exception as error:
                LOG.exception("The people of %s could not be read to the end.", self.application)
                self.why = _("What should be there could not be read to the end: %(error)s") % {
                    "error": type(error).__name__
                }
                continue
            leavers += self._leavers(kind, wanted)
        if not self.why:
            self._record_leavers(leavers)

    @transaction.atomic
    def finish(self) -> None:
        """Say what the run came to; a plan waits to be sent, the others are under way."""
        run = Run.objects.select_for_update().get(pk=self.run.pk)
        if run.state != Run.State.READING:
            return
        run.counts = dict(self.counts)
        run.why = self.why
        run.phase = ""
        run.total = Operation.objects.filter(run=run).count()
        run.inputs = inputs_of(self.application)
        if run.kind == Run.Kind.PLAN:
            run.state = Run.State.PLANNED
            run.plan_hash = hash_of_plan(run)
        else:
            run.state = Run.State.SENDING
            run.sent_at = timezone.now()
            queue_performing(self.application.pk)
        run.save()
        self.run = run
        close_run(run)

    def _why_not_read(self) -> str:
        application = self.application
        if not includes_provisioning(application.tenant):
            return _("Your plan does not include provisioning.")
        if application.quarantined_at is not None:
            return _("The application is in quarantine: %(reason)s") % {
                "reason": application.quarantine_reason
            }
        return ""

    def _portions(self, kind: Kind) -> Iterator[Wanted]:
        self._show(f"plan {kind}", 0, None)
        refused: dict[str, str] = {}
        everybody = iter(desired_of(self.application, kind, refused))
        read = 0
        while portion := list(islice(everybody, PORTION)):
            read += len(portion)
            self._show(f"plan {kind}", read, None)
            yield Wanted({each.object_id: each for each in portion}, dict(refused))
            refused.clear()
        rest = iter(refused.items())
        while last := dict(islice(rest, PORTION)):
            yield Wanted({}, last)

    def _plan_portion(self, kind: Kind, portion: Wanted, unlinked: Mapping[Any, Any]) -> None:
        ids = [*portion.desired, *portion.refused]
        views = list(look(self.application, kind, ids, portion))
        if self.run.kind != Run.Kind.CATCH_UP:
            note_drift(views, self.policy)
        if self.run.kind == Run.Kind.PLAN:
            views = [_as_matched(view, unlinked) for view in views]
        self._count(views)
        self._record(views)

    def _record(self, views: Sequence[View]) -> None:
        if self.run.kind != Run.Kind.PLAN:
            record_operations(self.application, views, run_id=self.run.pk)
            return
        keep_refused(self.application, views)
        keep_first_wanted(views)
        record_planned(self.application, sendable(self.application, views), run_id=self.run.pk)

    def _leavers(self, kind: Kind, wanted: GatheredIds) -> list[View]:
        """Return what has to be done about those who are linked and wanted no more."""
        linked = Link.objects.filter(application=self.application, kind=kind)
        ids = linked.order_by("object_id").values_list("object_id", flat=True)
        gone = [each for each in ids.iterator(chunk_size=PORTION) if each not in wanted]
        views: list[View] = []
        for start in range(0, len(gone), PORTION):
            portion = list(look(self.application, kind, gone[start : start + PORTION], Wanted()))
            if self.run.kind != Run.Kind.CATCH_UP:
                note_reactivated(portion)
            views += [view for view in portion if view.steps or view.may_be_there]
        return views

    def _record_leavers(self, leavers: Sequence[View]) -> None:
        leaving = without_refused(self.application, leavers)
        self._count(leaving)
        removals = [view for view in leaving if view.is_removal]
        if self.run.kind == Run.Kind.PLAN and exceeds_limit(self.application, removals):
            self.counts["held"] = len(removals)
        self._record(leavers)

    def _count(self, views: Iterable[View]) -> None:
        for view in views:
            self.counts[view.steps[0].action if view.steps else NOTHING] += 1

    def _read_on(self, kind: Kind, end: float, read: int, total: int | None) -> None:
        """Say how far reading is, and break it off when it takes too long."""
        self._show(f"read {kind}", read, total)
        if time.monotonic() > end:
            raise _TooLongError

    def _show(self, phase: str, read: int, total: int | None) -> None:
        """Say how far the run is, stop it if somebody wants that, and let others have the place."""
        going = Run.objects.filter(pk=self.run.pk, state=Run.State.READING)
        to_read = None if total is None else min(total, _MOST_TO_READ)
        if not going.update(phase=phase, read=read, to_read=to_read):
            raise _StoppedError
        give_way()


def hash_of_plan(run: Run) -> str:
    """Return a digest of the operations of a plan that is not sent yet."""
    rows = Operation.objects.filter(run=run).order_by("kind", "object_id")
    digest = sha256()
    for row in rows.values_list("kind", "object_id", "plan_hash").iterator(chunk_size=1_000):
        digest.update("\n".join(row).encode())
    return digest.hexdigest()


def _as_matched(view: View, unlinked: Mapping[Any, Any]) -> View:
    """Return a view of somebody who is to be created, as linked to the one account that matches."""
    if view.desired is None or not view.steps or view.steps[0].action is not Action.CREATE:
        return view
    found = {
        id_of(resource): resource
        for attribute, value in view.desired.match
        for resource in unlinked.get((attribute, value.casefold()), [])
    }
    if len(found) != 1:
        return view
    [resource] = found.values()
    return view.with_known(known_adopted(view.desired, shown=resource, version=""))


def _kinds(*, has_groups: bool) -> Sequence[Kind]:
    return [Kind.USER, Kind.GROUP] if has_groups else [Kind.USER]
