"""The queues of a deployment, and the jobs that have failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.jobs.kinds import QUEUES
from accounts.models import Job
from console.dashboard.attention import Need

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

MOST_SHOWN: Final = 10
_COUNTED: Final = (Job.State.WAITING, Job.State.RUNNING, Job.State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue: how many of its jobs wait, run and have failed, and the first that is due."""

    name: str
    waiting: int
    running: int
    failed: int
    due: datetime | None
    url: str


def queues() -> list[Queue]:
    """Return every queue, in one statement that reads no job that is done."""
    states = Job.objects.filter(state__in=_COUNTED).order_by().values("queue", "state")
    found = {
        (row["queue"], row["state"]): row for row in states.annotate(n=Count("pk"), due=Min("due"))
    }
    names = [*QUEUES, *sorted({name for name, _state in found} - {*QUEUES})]

    def number(name: str, state: Job.State) -> int:
        return int(found[name, state]["n"]) if (name, state) in found else 0

    return [
        Queue(
            name=name,
            waiting=number(name, Job.State.WAITING),
            running=number(name, Job.State.RUNNING),
            failed=number(name, Job.State.FAILED),
            due=found[name, Job.State.WAITING]["due"]
            if (name, Job.State.WAITING) in found
            else None,
            url=_jobs(queue=name) if any(key[0] == name for key in found) else "",
        )
        for name in names
    ]


def failed_jobs() -> QuerySet[Job]:
    """Return the jobs that failed last."""
    return Job.objects.filter(state=Job.State.FAILED).select_related("tenant")[:MOST_SHOWN]


def of_failed(found: Sequence[Queue]) -> Iterator[Need]:
    """Yield that jobs have failed, if any have."""
    failed = sum(each.failed for each in found)
    if failed:
        what = ngettext("%(n)s job has failed", "%(n)s jobs have failed", failed)
        yield Need(
            kind="bad",
            what=what % {"n": failed},
            meaning=_("Nothing tries them again by itself. Each says why."),
            page=_jobs(state__exact=Job.State.FAILED),
            button=_("See the failed jobs"),
        )


def _jobs(**filters: str) -> str:
    return f"{reverse('platform:accounts_job_changelist')}?{urlencode(filters)}"
