"""How far a plan or a run is, in numbers and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.jobs.state import living_workers
from provisioning.engine.state import progress
from provisioning.models import Run

if TYPE_CHECKING:
    from datetime import datetime

_LIVE: Final = frozenset({Run.State.READING, Run.State.SENDING})
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """What ``templates/console/applications/progress.html`` shows of a run."""

    state: str
    said: str
    done: int
    total: int
    left: str = ""
    note: str = ""
    phases: list[tuple[str, int, int]] = field(default_factory=list)
    paused_until: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it changes by itself."""
        return self.state in _LIVE


def progress_of(run: Run) -> RunProgress:
    """Return how far a run is."""
    note = ""
    if run.state in _LIVE and not living_workers():
        note = _("No worker is running, so this waits. It goes on by itself as soon as one runs.")
    if run.state == Run.State.READING:
        total = run.to_read or 0
        text = _("%(done)s of %(total)s read") if total else _("%(done)s read")
        said = text % {"done": run.read, "total": total}
        return RunProgress(state=run.state, said=said, done=run.read, total=total, note=note)
    far = progress(run)
    said = _("%(done)s of %(total)s done") % {"done": far.done, "total": far.total}
    return RunProgress(
        state=run.state,
        said=said,
        done=far.done,
        total=far.total,
        left=_left(far.seconds_left) if run.state in _LIVE else "",
        note=note,
        phases=list(far.phases),
        paused_until=far.paused_until,
    )


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = max(round(seconds), 1)
    if whole < _MINUTE:
        text = ngettext("about %(n)s second left", "about %(n)s seconds left", whole)
        return text % {"n": whole}
    minutes = round(whole / _MINUTE)
    text = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes)
    return text % {"n": minutes}
