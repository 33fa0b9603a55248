"""The rows of jobs.

A worker takes jobs of any tenant before it knows whose they are, and work of the deployment
belongs to none; so these functions, and no others, reach over all tenants.  What an attempt
writes goes by its beginning: one that was given up for dead and still runs changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, F, OuterRef, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.jobs.errors import NoLongerOursError
from accounts.models import Job
from accounts.models.jobs import SEALED_FOR
from accounts.requests import request_id
from accounts.secrets.encryption import seal_json, unseal_json
from accounts.storable import storable
from accounts.tenancy.scoping import scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

_OPEN: Final = (Job.State.WAITING, Job.State.RUNNING)
_LONGEST_REASON: Final = 2_000
_BETWEEN_TURNS: Final = timedelta(seconds=10)
"""So much later is each turn of a tenant that has jobs of the kind waiting already.  What it queues
at once is spread over the time to come, and whoever queues one job meanwhile does not wait for all
of that; with nobody else there, nothing waits for its turn."""


def add(*, kind: str, queue: str, arguments: Mapping[str, Any], sealed: Mapping[str, Any]) -> Job:
    """Write a job that waits, of the active tenant or of none."""
    active = scope.get()
    tenant_id = active if isinstance(active, int) else None
    with every_tenant():
        return Job.objects.create(
            tenant_id=tenant_id,
            kind=kind,
            queue=queue,
            arguments=dict(arguments),
            sealed=seal_json(dict(sealed), SEALED_FOR).decode("ascii") if sealed else "",
            actor=audit.acting(),
            request_id=request_id.current(),
            turn=_next_turn(tenant_id, kind),
        )


def _next_turn(tenant_id: int | None, kind: str) -> datetime:
    """Return when the next job of a kind has its turn, of a tenant or of none."""
    now = timezone.now()
    waiting_already = Job.objects.filter(tenant=tenant_id, kind=kind, state=Job.State.WAITING)
    last = waiting_already.order_by("-turn").values_list("turn", flat=True).first()
    return now if last is None else max(now, last + _BETWEEN_TURNS)


def open_job(job_id: UUID) -> Job | None:
    """Return a job that has not ended, or ``None``."""
    with every_tenant():
        return Job.objects.filter(pk=job_id, state__in=_OPEN).first()


def claim(job: Job) -> bool:
    """Begin an attempt at a job; False when it has ended meanwhile."""
    now = timezone.now()
    with every_tenant():
        is_ours = Job.objects.filter(pk=job.pk, state__in=_OPEN).update(
            state=Job.State.RUNNING, attempts=F("attempts") + 1, started=now
        )
    job.started = now
    job.attempts += 1
    return bool(is_ours)


def jobs_now(job_ids: Sequence[UUID]) -> list[Job]:
    """Return jobs as they are at this moment, in this order.

    Raises:
        KeyError: One is gone.
    """
    with every_tenant():
        found = Job.objects.in_bulk(job_ids)
    return [found[job_id] for job_id in job_ids]


def unfinished(*, kind: str) -> Job | None:
    """Return the oldest job of a kind that has not ended."""
    with every_tenant():
        return Job.objects.filter(kind=kind, state__in=_OPEN).order_by("pk").first()


def reopen(job: Job) -> bool:
    """Let a job that has failed wait anew, its attempts uncounted; False when it has not failed."""
    with every_tenant():
        return bool(
            Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
                state=Job.State.WAITING, attempts=0, due=timezone.now(), ended=None
            )
        )


def take_lost(*, due_before: timedelta) -> list[Job]:
    """Let the jobs wait anew that were due so long ago and have no entry in the queue.

    Inside a transaction.  Each is taken once, whoever else looks meanwhile: it is due now.
    """
    now = timezone.now()
    entries = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).annotate(
        job=KeyTextTransform("job_id", "args")
    )
    has_entry = Exists(entries.filter(job=Cast(OuterRef("pk"), TextField())))
    with every_tenant():
        found = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            ~has_entry, state__in=_OPEN, due__lt=now - due_before
        )
        lost = list(found.order_by("pk"))
        Job.objects.filter(pk__in=[job.pk for job in lost]).update(
            state=Job.State.WAITING, due=now, error=_("Its entry in the queue was lost.")
        )
    return lost


def make_due(job: Job) -> None:
    """Let a job that waits be due at once."""
    with every_tenant():
        Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(due=timezone.now())


def arguments_of(job: Job) -> dict[str, Any]:
    """Return what the work is called with.

    Raises:
        SealError: No configured key opens what is sealed.
    """
    return {**job.arguments, **sealed_of(job)}


def sealed_of(job: Job) -> dict[str, Any]:
    """Return those of the arguments that nobody is to read.

    Raises:
        SealError: No configured key opens them.
    """
    if not job.sealed:
        return {}
    opened: dict[str, Any] = unseal_json(job.sealed.encode(), SEALED_FOR)
    return opened


def waiting(*, kind: str, at_most: int) -> int:
    """Count the jobs of a kind that wait, and stop counting there."""
    with every_tenant():
        return Job.objects.filter(kind=kind, state=Job.State.WAITING)[:at_most].count()


def is_waiting(*, kind: str, arguments: Mapping[str, Any]) -> bool:
    """Tell whether a job with these arguments waits already, of the active tenant or of none."""
    active = scope.get()
    tenant_id = active if isinstance(active, int) else None
    with every_tenant():
        waits = Job.objects.filter(tenant=tenant_id, kind=kind, state=Job.State.WAITING)
        return waits.filter(arguments__contains=dict(arguments)).exists()


def running(*, kind: str, arguments: Mapping[str, Any]) -> int:
    """Count the attempts at jobs with these arguments that are under way, of the active tenant."""
    active = scope.get()
    tenant_id = active if isinstance(active, int) else None
    with every_tenant():
        begun = Job.objects.filter(tenant=tenant_id, kind=kind, state=Job.State.RUNNING)
        return begun.filter(arguments__contains=dict(arguments)).count()


def delete_ended(*, before: datetime) -> int:
    """Delete the jobs of every tenant that ended earlier; return how many."""
    with every_tenant():
        return Job.objects.filter(ended__lt=before).delete()[0]


@contextmanager
def every_job() -> Iterator[QuerySet[Job]]:
    """Give the jobs of all tenants, for whoever counts them inside the block."""
    with every_tenant():
        yield Job.objects.all()


def report(job: Job, *, done: int, total: int) -> None:
    """Say how far an attempt has come."""
    with every_tenant():
        _this_attempt(job).update(done=done, total=total)


def finish(job: Job, result: Mapping[str, Any]) -> None:
    """End a job that is done; what was sealed is forgotten.

    Raises:
        NoLongerOursError: Another attempt has begun, or ended it.
    """
    with every_tenant():
        if not _this_attempt(job).update(
            state=Job.State.DONE, result=dict(result), error="", sealed="", ended=timezone.now()
        ):
            raise NoLongerOursError(f"Another worker does the job {job.pk}.")


def leave(job: Job, *, reason: str) -> None:
    """Let a job wait for a worker that can do it; this is no attempt, and it stays due."""
    with every_tenant():
        Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(error=_kept(reason))


def put_back(job: Job, *, reason: str, seconds: int) -> None:
    """Let a job wait for its next attempt."""
    with every_tenant():
        _this_attempt(job).update(
            state=Job.State.WAITING,
            error=_kept(reason),
            result=job.result,
            due=timezone.now() + timedelta(seconds=seconds),
        )


def fail(job: Job, *, reason: str) -> None:
    """Give a job up; it keeps what it needs to be tried again when somebody says so."""
    with every_tenant():
        _this_attempt(job).update(
            state=Job.State.FAILED, error=_kept(reason), result=job.result, ended=timezone.now()
        )


def _this_attempt(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, started=job.started)


def _kept(reason: str) -> str:
    return storable(reason[:_LONGEST_REASON])
