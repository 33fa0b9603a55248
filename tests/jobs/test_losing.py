"""A job whose entry in the queue is gone is found, queued anew, and done once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.jobs import queueing, rows
from accounts.jobs.kinds import kinds
from accounts.jobs.losing import LOST_AFTER, queue_lost_jobs
from accounts.jobs.queueing import hand_over  # As workers are told, which other tests are not.
from accounts.jobs.state import engine_state
from accounts.jobs.worker import queue_due
from accounts.letters import Action, Letter
from accounts.models import Job
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.conftest import do_at_once
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_workers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "hand_over", hand_over)


def mail(*, due: timedelta) -> Job:
    """Return a job that is in the queue."""
    action = Action("Look", "https://gatehouse.example/")
    letter = Letter(subject="Hello", says=("Look.",), action=action).as_json()
    job = send_letter_to.defer(letter=letter, address="bob@acme.example")
    with every_tenant():
        Job.objects.filter(pk=job.pk).update(due=timezone.now() + due)
    return job


def entries_of(job: Job) -> int:
    return ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).count()


def lose(*jobs: Job) -> None:
    with connection.cursor() as cursor:
        for job in jobs:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE args->>'job_id' = %s", [str(job.pk)]
            )


def now(job: Job) -> Job:
    return rows.jobs_now([job.pk])[0]


LATE = -LOST_AFTER - timedelta(seconds=1)


def test_it_waits_no_longer_than_five_minutes_and_its_page_says_why(
    acme: Tenant, platform: Client
) -> None:
    with tenant_scope(acme):
        job = mail(due=LATE)
    lose(job)
    assert engine_state().overdue == 1

    assert queue_lost_jobs() == 1

    assert entries_of(job) == 1
    page = platform.get(f"/platform/accounts/job/{job.pk}/change/").content.decode()
    assert "Waiting" in page
    assert "Its entry in the queue was lost." in page
    assert queue_lost_jobs() == 0
    do_at_once(now(job), lock=None)
    assert now(job).state == Job.State.DONE
    assert now(job).tenant_id == acme.pk


def test_one_that_had_begun_when_its_worker_died_is_found_too(acme: Tenant) -> None:
    with tenant_scope(acme):
        job = mail(due=LATE)
    rows.claim(job)
    lose(job)

    assert queue_lost_jobs() == 1
    do_at_once(now(job), lock=None)

    assert now(job).state == Job.State.DONE


def test_what_is_in_the_queue_or_has_ended_or_is_due_since_a_moment_is_left_alone(
    acme: Tenant,
) -> None:
    with tenant_scope(acme):
        queued, failed, young, later = (
            mail(due=LATE),
            mail(due=LATE),
            mail(due=timedelta(0)),
            mail(due=-LATE),
        )
    rows.claim(failed)
    rows.fail(failed, reason="The mail server is down.")
    lose(failed, young, later)

    assert queue_lost_jobs() == 0
    assert entries_of(queued) == 1


def test_what_is_due_by_the_clock_is_queued_again_after_one_was_lost(db: None) -> None:
    name = next(kind.name for kind in kinds().values() if kind.cron)
    job = kinds()[name].defer()
    lose(job)
    with every_tenant():
        Job.objects.update(due=timezone.now() + LATE)
    queue_due(name, since=timezone.now())
    assert rows.waiting(kind=name, at_most=9) == 1
    assert entries_of(job) == 0

    assert queue_lost_jobs() == 1
    do_at_once(now(job), lock=None)
    queue_due(name, since=timezone.now())

    assert now(job).state == Job.State.DONE
    assert rows.waiting(kind=name, at_most=9) == 1


def test_of_two_who_look_at_once_one_queues_it(transactional_db: None, acme: Tenant) -> None:
    with tenant_scope(acme):
        job = mail(due=LATE)
    lose(job)

    assert overlap(acme, queue_lost_jobs, queue_lost_jobs) == [None, None]

    assert entries_of(job) == 1
