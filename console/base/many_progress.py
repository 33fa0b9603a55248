"""How far an action on many rows has come, in numbers and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.jobs.state import living_workers
from accounts.models import ActionLine, ActionResult, Job
from accounts.services.action_results import job_of

_LOOKED_AT: Final = 100
"""The lines whose time says how quickly it goes."""
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the page tells of an action; see ``templates/components/job.html``.

    Attributes:
        state: One of :class:`ActionResult.State`, ``waiting`` for a worker, or ``failed``.
        done: Lines that have an outcome.
        counted: So many lines with each outcome: its value, its words, the number.
        left: How long the rest takes, in words; empty while nothing is known.
        note: What is in the way, or why it stopped; empty if there is nothing to say.
    """

    state: str
    done: int
    total: int
    counted: list[tuple[str, str, int]]
    left: str
    note: str

    @property
    def counts(self) -> list[tuple[str, int]]:
        """So many lines with each outcome, in words."""
        return [(label, number) for _outcome, label, number in self.counted]

    @property
    def to_go(self) -> int:
        """Lines that have no outcome yet."""
        return self.total - self.done

    @property
    def is_live(self) -> bool:
        """Whether it changes by itself."""
        return self.state in {"waiting", "going", "stopping"}

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self.state == ActionResult.State.OVER


def progress_of(result: ActionResult) -> Progress:
    """Return how far an action has come, in a number of statements that is fixed."""
    counted = dict(result.lines.order_by().values_list("outcome").annotate(lines=Count("pk")))
    to_go, total = counted.get("", 0), sum(counted.values())
    state, note = _state(result)
    return Progress(
        state=state,
        done=total - to_go,
        total=total,
        counted=[
            (outcome, str(label), counted.get(outcome, 0))
            for outcome, label in ActionLine.Outcome.choices
        ],
        left=_left(result, to_go) if state == ActionResult.State.GOING else "",
        note=note,
    )


def _state(result: ActionResult) -> tuple[str, str]:
    """Return the state and what is to be said of it."""
    if result.state == ActionResult.State.STOPPED:
        return result.state, result.stopped_because or _("What was done stays.")
    job = None if result.state == ActionResult.State.OVER else job_of(result)
    if job is None:
        return result.state, ""
    if job.state == Job.State.FAILED:
        return "failed", _("It failed several times, and was given up. What was done stays.")
    if job.state == Job.State.WAITING and result.state == ActionResult.State.GOING:
        return "waiting", _why_it_waits(job)
    return result.state, ""


def _why_it_waits(job: Job) -> str:
    if job.attempts:
        return _("It failed, and is tried again soon. What was done stays.")
    if not living_workers():
        return _("No worker is running, so this waits. It begins by itself as soon as one runs.")
    return ""


def _left(result: ActionResult, to_go: int) -> str:
    tried = result.lines.exclude(ended=None).order_by("-number")[:_LOOKED_AT]
    looked = tried.aggregate(first=Min("ended"), last=Max("ended"), lines=Count("pk"))
    if looked["lines"] <= 1:
        return ""
    took = (looked["last"] - looked["first"]).total_seconds() / (looked["lines"] - 1)
    seconds = max(round(took * to_go), 1)
    if seconds < _MINUTE:
        text = ngettext("about %(n)s second left", "about %(n)s seconds left", seconds)
        return text % {"n": seconds}
    minutes = round(seconds / _MINUTE)
    text = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes)
    return text % {"n": minutes}


def in_time(seconds: int) -> str:
    """Return how long something took, in words."""
    seconds = max(seconds, 1)
    if seconds < _MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = round(seconds / _MINUTE)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
