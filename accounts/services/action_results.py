"""Actions on many rows, from what was wanted to what came of it: kept for a while.

The pages want an action (:func:`begin_action`); a job does its lines and writes what became of each
in the transaction of its effect; whoever may do the same may stop it and let it go on.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.jobs.retrying import NotFailedError, retry_job
from accounts.models import ActionLine, ActionResult, Job, User
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from accounts.jobs.kinds import Kind

PORTION: Final = 1_000
"""Lines that are stored with one statement."""
KEPT_OF_EACH: Final = 20
"""Results of one person that are kept beside those that can be undone; the oldest gives way."""
UNDONE_FOR: Final = timedelta(days=30)
KEPT: Final = UNDONE_FOR + timedelta(days=1)
"""The last day on which something can be undone is a whole one."""
_State = ActionResult.State
_UNDER_WAY: Final = (_State.GOING, _State.STOPPING)


class NotStoppedError(AccountError):
    """The action goes on, or is over."""


def last_day_to_undo() -> date:
    """Return the last day on which what is done now can be undone."""
    return timezone.localdate() + UNDONE_FOR


@transaction.atomic
def begin_action(
    *,
    key: UUID,
    maker: User,
    result: ActionResult,
    lines: Iterable[ActionLine],
    kind: Kind[Any],
) -> None:
    """Store what is wanted under ``key`` and queue the job that does it, if something is to do.

    The trail says that it began, and why.  Lines that have an outcome already are not tried.  They
    are taken and stored in portions of :data:`PORTION`; what taking one raises leaves nothing.
    What is there under ``key`` stays as it is, and no line is taken: the button was pressed twice.
    What is too much of the maker's results is forgotten.

    Raises:
        IntegrityError: It undoes what another one undoes.
    """
    values = {
        field.attname: getattr(result, field.attname)
        for field in ActionResult._meta.concrete_fields
        if not field.primary_key
    } | {
        "maker": maker.pk,
        "tenant_id": maker.tenant_id,
        "state": _State.GOING,
    }
    stored, is_new = ActionResult.objects.get_or_create(pk=key, defaults=values)
    if not is_new:
        return
    waits = _store(stored, lines)
    _forget_oldest(maker)
    told: dict[str, Any] = {"number": stored.total}
    if stored.reason:
        told["reason"] = stored.reason
    audit.record("action.undo_begun" if stored.undoes else "action.begun", stored, **told)
    if waits:
        _queue(stored, kind)


def find_result(*, key: UUID, maker: User) -> ActionResult | None:
    """Return what ``maker`` did under ``key``, as long as it is kept."""
    return kept_results().filter(pk=key, maker=maker.pk).first()


def kept_results() -> models.QuerySet[ActionResult]:
    """Return the results that are kept still, whoever made them."""
    return ActionResult.objects.filter(created__gt=timezone.now() - KEPT)


def take_up(*, key: UUID) -> tuple[ActionResult, User] | None:
    """Return what is wanted under ``key``, and who wants it, whosever it is.

    Without whoever wants it, it is stopped, and ``None`` is returned, as when it is forgotten.
    """
    with every_tenant():
        result = ActionResult.objects.filter(pk=key).first()
        if result is None:
            return None
        maker = User.objects.filter(pk=result.maker).select_related("tenant").first()
        if maker is None:
            note_stop(result=result, because=_("Whoever wanted this is not here any more."))
            return None
        return result, maker


def job_of(result: ActionResult) -> Job | None:
    """Return the job that does it, as long as it is kept; none where nothing was to do."""
    return Job.objects.filter(pk=result.job).first() if result.job else None


def stop_action(*, result: ActionResult) -> None:
    """Let no further line be done; what is over, or stopped, stays as it is."""
    ActionResult.objects.filter(pk=result.pk, state=_State.GOING).update(state=_State.STOPPING)


@transaction.atomic
def go_on_with_action(*, result: ActionResult, kind: Kind[Any], wanted_by: User) -> None:
    """Let the lines be done that have no outcome yet, as ``wanted_by`` may do them.

    Its row is held meanwhile: the worker that ends a stopped job either has done so, and another
    job goes on, or finds that it is to go on itself.

    Raises:
        NotStoppedError: It goes on already, or is over.
    """
    mine = ActionResult.objects.filter(pk=result.pk)
    held = mine.select_for_update(of=("self",)).first()
    if held is None or held.state == _State.OVER:
        raise NotStoppedError
    if held.state == _State.STOPPED or _is_taken_over(held, wanted_by):
        mine.update(state=_State.GOING, stopped_because="", maker=wanted_by.pk)
        _queue(held, kind)
        return
    mine.update(state=_State.GOING)
    if not _is_tried_again(held) and held.state == _State.GOING:
        raise NotStoppedError


def is_to_go_on(*, result: ActionResult) -> bool:
    """Tell whether the job does another line; where its maker wants none, write that it stopped.

    Whoever let it go on at this very moment is heard: it stops only while that is wanted still.
    """
    mine = ActionResult.objects.filter(pk=result.pk)
    if mine.filter(state=_State.GOING).exists():
        return True
    if mine.filter(state=_State.STOPPING).update(state=_State.STOPPED):
        return False
    return mine.filter(state=_State.GOING).exists()


def note_stop(*, result: ActionResult, because: str) -> None:
    """Write that the job may do no further line, and why."""
    ActionResult.objects.filter(pk=result.pk, state__in=_UNDER_WAY).update(
        state=_State.STOPPED, stopped_because=because
    )


def end_action(*, result: ActionResult) -> bool:
    """Write that every line has an outcome; False when that was written already.

    What has done nothing that could be undone is kept no longer than others.
    """
    still = ActionResult.objects.filter(pk=result.pk, state__in=_UNDER_WAY)
    ended: dict[str, Any] = {"state": _State.OVER}
    if result.undo_until and not what_can_be_undone(result).exists():
        ended["undo_until"] = None
    return bool(still.update(**ended))


def what_can_be_undone(result: ActionResult) -> models.QuerySet[ActionLine]:
    """Return the lines of what was done with which something is kept to take it back."""
    return result.lines.filter(outcome=ActionLine.Outcome.DONE).exclude(kept={})


def erase_lines_about(person_id: UUID) -> None:
    """Take out of the active tenant's results what they hold of somebody.

    What became of the row stays.  What was still to be done to it is done no more.
    """
    lines = ActionLine.objects.filter(person=person_id)
    nothing: dict[str, Any] = {
        "row": "",
        "name": "",
        "reason": "",
        "choice": {},
        "kept": {},
        "sealed": b"",
        "person": None,
    }
    waiting = nothing | {
        "outcome": ActionLine.Outcome.PASSED_OVER,
        "reason": _("They are not here any more."),
    }
    lines.filter(outcome="").update(**waiting)
    lines.update(**nothing)


def delete_old_results() -> int:
    """Delete what is kept no longer, of every tenant and of operators; return how many."""
    with every_tenant():
        old = ActionResult.objects.filter(created__lte=timezone.now() - KEPT)
        return old.delete()[1].get(ActionResult._meta.label, 0)


def _store(result: ActionResult, lines: Iterable[ActionLine]) -> bool:
    """Store the lines and how many there are; return whether something is to do."""
    rest, waits = iter(lines), False
    while portion := list(islice(rest, PORTION)):
        for number, line in enumerate(portion, start=result.total + 1):
            line.tenant_id, line.result, line.number = result.tenant_id, result, number
            waits |= not line.outcome
        ActionLine.objects.bulk_create(portion)
        result.total += len(portion)
    if not waits:
        result.state, result.undo_until = _State.OVER, None
    result.save(update_fields=["total", "state", "undo_until"])
    return waits


def _queue(result: ActionResult, kind: Kind[Any]) -> None:
    job = kind.defer(result_id=str(result.pk))
    ActionResult.objects.filter(pk=result.pk).update(job=job.pk)


def _is_taken_over(result: ActionResult, wanted_by: User) -> bool:
    """Whether the job was given up, and somebody else than its maker lets the rest be done."""
    if result.maker == wanted_by.pk:
        return False
    job = job_of(result)
    if job is None or job.state != Job.State.FAILED:
        raise NotStoppedError
    return True


def _is_tried_again(result: ActionResult) -> bool:
    """Try the job again if it was given up; tell whether it was."""
    job = job_of(result)
    if job is None:
        return False
    try:
        retry_job(job=job)
    except NotFailedError:
        return False
    return True


def _forget_oldest(maker: User) -> None:
    mine = ActionResult.objects.filter(maker=maker.pk)
    newest = mine.order_by("-created").values_list("pk", flat=True)[:KEPT_OF_EACH]
    older = mine.exclude(pk__in=list(newest)).exclude(state__in=_UNDER_WAY)
    older.filter(undo_until=None).delete()
