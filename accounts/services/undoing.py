"""Taking back what an action on many rows has done: an action itself, and once only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import ActionLine, ActionResult, Job, User
from accounts.services.action_results import begin_action, job_of, kept_results

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.jobs.kinds import Kind

_State = ActionResult.State
_SETTLED: Final = (_State.OVER, _State.STOPPED)


class NotUndoneError(AccountError):
    """The action cannot be undone, or not now, or it has been; the message says which."""


@transaction.atomic
def begin_undo(
    *,
    key: UUID,
    maker: User,
    result: ActionResult,
    lines: Iterable[ActionLine],
    kind: Kind[Any],
) -> None:
    """Store under ``key`` what takes back that which ``result`` undoes, and queue its job.

    The row of that is held meanwhile, so of two who want this at once the second is told.  What it
    has not done by now is not done any more.

    Raises:
        NotUndoneError: Somebody has undone it, it is under way, or its days are over.
    """
    assert result.undoes is not None  # noqa: S101 - the caller says what it undoes
    held = ActionResult.objects.select_for_update(of=("self",)).filter(pk=result.undoes).first()
    if reason := why_not_undone(held):
        raise NotUndoneError(reason)
    assert held is not None  # noqa: S101 - nothing speaks against it
    ActionResult.objects.filter(pk=held.pk).exclude(state=_State.OVER).update(state=_State.OVER)
    ActionLine.objects.filter(result=held.pk, outcome="").update(
        outcome=ActionLine.Outcome.PASSED_OVER,
        reason=_("The action was undone before its turn came."),
    )
    begin_action(key=key, maker=maker, result=result, lines=lines, kind=kind)


def undo_of(result: ActionResult) -> ActionResult | None:
    """Return what has taken ``result`` back, or does so now."""
    return ActionResult.objects.filter(undoes=result.pk).first()


def why_not_undone(result: ActionResult | None) -> str:
    """Return why ``result`` cannot be undone now, whoever wants it; empty if it can be.

    Whoever reads a page of it has read whether something is left that could be.
    """
    if result is None or not kept_results().filter(pk=result.pk).exists():
        return _("This action is not kept any more, so it cannot be undone.")
    if (undone := undo_of(result)) is not None:
        return told_of_undo(undone)
    if result.undo_until is None:
        return _("Nothing of this action can be undone.")
    if result.undo_until < timezone.localdate():
        return _("Its 30 days are over, so it cannot be undone any more.")
    if is_under_way(result):
        return _("It is under way. Stop it first, or wait until it is over.")
    return ""


def told_of_undo(undone: ActionResult) -> str:
    """Return who has undone an action, and when."""
    maker = User.objects.filter(pk=undone.maker).first()
    at = timezone.localtime(undone.created)
    told = {
        "who": maker or _("somebody who is not here any more"),
        "when": date_format(at, "DATETIME_FORMAT"),
    }
    return _("It was undone by %(who)s on %(when)s.") % told


def is_under_way(result: ActionResult) -> bool:
    """Whether a worker may do another line of it."""
    if result.state in _SETTLED:
        return False
    job = job_of(result)
    return job is None or job.state != Job.State.FAILED
