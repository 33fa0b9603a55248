"""Doing one job: its arguments, its transaction, and what becomes of it when it fails."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.jobs import rows
from accounts.jobs.errors import GivenUpError, NoLongerOursError, PartlyDoneError, PutBackError
from accounts.jobs.kinds import MINUTE, kinds
from accounts.jobs.places import reaching_out
from accounts.models import Job, Tenant
from accounts.progress import reported_to
from accounts.requests.request_id import serving
from accounts.secrets.encryption import SealError
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.tenant_by_tenant import FAILED
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from accounts.jobs.kinds import Kind

LOG = logging.getLogger(__name__)

DEATHS: Final = 5
"""So many workers may die at a job besides the attempts that fail: one of them may be its doing."""
_UNTIL_ANOTHER_WORKER: Final = MINUTE // 2
_LONGEST_UPGRADE: Final = timedelta(days=1)
"""So long after it was due, a job that no worker can try has failed."""


@contextmanager
def scope_of_job(tenant_id: int | None) -> Iterator[None]:
    """Open the scope of a job's tenant; work of the deployment opens its own."""
    if tenant_id is None:
        yield
        return
    with tenant_id_scope(tenant_id):
        yield


def run_job(job_id: UUID) -> None:
    """Do a job that is not done yet, in its scope, which is open.

    Raises:
        PutBackError: It failed and is due again, as its row says; or it has to wait for others of
            its tenant, and was not begun.
        GivenUpError: It has failed; its row says why.
    """
    job = rows.open_job(job_id)
    if job is None:
        return
    kind = kinds().get(job.kind)
    obstacle = _obstacle(job, kind)
    if obstacle and timezone.now() - job.due < _LONGEST_UPGRADE:
        rows.leave(job, reason=obstacle)
        raise PutBackError(obstacle, seconds=_UNTIL_ANOTHER_WORKER)
    with reaching_out(job.tenant_id) if kind and kind.reaches_out else nullcontext():
        _do(job, kind, obstacle)


def _do(job: Job, kind: Kind[Any] | None, obstacle: str) -> None:
    if not rows.claim(job):
        return
    with (
        audit.acting_as(job.actor),
        serving(job.request_id),
        reported_to(partial(rows.report, job)),
    ):
        if kind is None or obstacle:
            _give_up(job, obstacle)
        _attempt(job, kind)


def _attempt(job: Job, kind: Kind[Any]) -> None:
    if job.attempts > len(kind.pauses) + 1 + DEATHS:
        _give_up(job, _("Its worker died each time it was tried."))
    if job.tenant_id is not None and not Tenant.objects.filter(pk=job.tenant_id).exists():
        _give_up(job, _("Its tenant is gone."))
    try:
        _perform(job, kind)
    except NoLongerOursError:
        LOG.warning("The job %s (%s) was done by another worker.", job.kind, job.pk)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason that is kept
        told = f"{type(error).__name__}: {error}"
        reason = _unsaid(told, job)
        # The log would tell of the cause as it stands.
        cause = error if reason == told else None
        tried = job.attempts - 1
        if tried >= len(kind.pauses):
            _give_up(job, reason, cause)
        _put_back(job, reason, kind.pauses[tried], cause)


def _perform(job: Job, kind: Kind[Any]) -> None:
    arguments = rows.arguments_of(job)
    if kind.is_one_transaction:
        with transaction.atomic():
            _finish(job, kind.work(**arguments) or {})
    else:
        _finish(job, kind.work(**arguments) or {})


def _finish(job: Job, result: Mapping[str, Any]) -> None:
    failed = result.get(FAILED)
    if failed:
        job.result = dict(result)
        raise PartlyDoneError("; ".join(f"{name}: {why}" for name, why in failed.items()))
    rows.finish(job, result)


def _obstacle(job: Job, kind: Kind[Any] | None) -> str:
    """Return why this worker cannot try the job while another may, or nothing.

    It may be of another version, or have other keys: both are so while servers are replaced.
    """
    if kind is None:
        said = _("This worker knows no job “%(kind)s”; one of another version may.")
        return said % {"kind": job.kind}
    try:
        rows.arguments_of(job)
    except SealError:
        return _(
            "No secret key of this worker opens what the job is called with; that of another may. "
            "Give all servers and workers the same GATEHOUSE_SECRET_KEY."
        )
    return ""


def _unsaid(reason: str, job: Job) -> str:
    """Return a reason without what the job is called with and nobody is to read.

    Mail servers repeat the address that they refuse, and part of the text.
    """
    for value in rows.sealed_of(job).values():
        if isinstance(value, str) and value:
            reason = re.sub(re.escape(value), "…", reason, flags=re.IGNORECASE)
    return reason


def _put_back(job: Job, reason: str, seconds: int, cause: Exception | None) -> NoReturn:
    rows.put_back(job, reason=reason, seconds=seconds)
    LOG.warning("The job %s (%s) is due again in %s s: %s", job.kind, job.pk, seconds, reason)
    raise PutBackError(reason, seconds=seconds) from cause


def _give_up(job: Job, reason: str, cause: Exception | None = None) -> NoReturn:
    rows.fail(job, reason=reason)
    raise GivenUpError(reason) from cause
