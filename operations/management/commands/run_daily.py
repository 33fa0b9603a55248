"""``manage.py run_daily``: everything that must happen once a day, in one call."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import CommandError
from django.utils import timezone
from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.jobs.kinds import DAILY, kinds
from accounts.jobs.queueing import queue_at_once
from accounts.jobs.rows import jobs_now
from accounts.jobs.worker import work
from accounts.models import Job
from accounts.tenancy.tenant_by_tenant import FAILED

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS_BETWEEN_LOOKS: Final = 1.0


class Command(OperatorCommand):
    help = (
        "Do at once what is due by itself: subscriptions that begin, credentials that expire, "
        "metadata URLs, and deleting what is old. Workers do so every day, or every hour, without "
        "it. A part that fails is named and stops no other, nor does a tenant; the status is then "
        "not 0. What a worker is at, is waited for and not done twice."
    )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        self.failures: list[str] = []
        super().handle(*args, **options)
        if self.failures:
            raise CommandError(f"Failed: {', '.join(self.failures)}. See the log.")

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        due = [kind for kind in kinds().values() if kind.cron]
        queued = [queue_at_once(kind=kind).pk for kind in due]
        while any(map(_is_unfinished, jobs_now(queued))):
            work(queues=[DAILY], at_once=1, waits=False)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        return {_part(job): self._said(job) for job in jobs_now(queued)}

    def _said(self, job: Job) -> Any:
        if job.state == Job.State.DONE:
            return job.result
        name, tenants = _part(job), job.result.get(FAILED, {})
        self.failures.append(f"{name} ({', '.join(tenants)})" if tenants else name)
        return job.result if tenants else {FAILED: job.error}

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        return "\n".join(
            f"{name}: {json.dumps(said, default=str)}" for name, said in answer.items()
        )


def _part(job: Job) -> str:
    return job.kind.partition(".")[2]


def _is_unfinished(job: Job) -> bool:
    """Whether it runs, or waits for its first attempt and not for one after a failure."""
    if job.state == Job.State.WAITING:
        return job.due <= timezone.now()
    return job.state == Job.State.RUNNING
