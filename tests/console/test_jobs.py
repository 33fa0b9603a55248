"""The operators' page of jobs: what waits, what failed and why, and a button to try again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from accounts.jobs import queueing, rows
from accounts.jobs.retrying import NotFailedError, retry_job
from accounts.letters import Action, Letter
from accounts.models import AuditEntry, Job, User
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.support.many import ask, do

if TYPE_CHECKING:
    from accounts.models import Tenant

LIST = "/platform/accounts/job/"
REASON = "SMTPServerDisconnected: the mail server is down"


@pytest.fixture
def failed(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A mail of Acme that was tried often enough."""
    with monkeypatch.context() as patched, tenant_scope(acme):
        patched.setattr(queueing, "hand_over", lambda _job, **_lock: None)
        page = Action("Look", "https://gatehouse.example/secret-link")
        letter = Letter(subject="Hello", says=("Look.",), action=page)
        job = send_letter_to.defer(letter=letter.as_json(), address="bob@acme.example")
    rows.claim(job)
    rows.report(job, done=1, total=4)
    rows.fail(job, reason=REASON)
    return rows.jobs_now([job.pk])[0]


def text(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


class TestSeen:
    def test_a_failed_job_with_its_reason_and_its_progress(
        self, platform: Client, failed: Job
    ) -> None:
        for page in (text(platform, LIST), text(platform, f"{LIST}{failed.pk}/change/")):
            assert REASON in page
            assert "1 of 4" in page
            assert "Failed" in page
            assert "Acme" in page
            assert "secret-link" not in page
            assert "bob@acme.example" not in page

    def test_one_whose_tenant_is_gone(self, platform: Client, acme: Tenant, failed: Job) -> None:
        with every_tenant():
            acme.delete()

        assert REASON in text(platform, LIST)
        assert REASON in text(platform, f"{LIST}{failed.pk}/change/")

    def test_by_operators_alone(self, console: Client, failed: Job) -> None:
        assert console.get(LIST).status_code == 403
        assert console.get("/console/accounts/job/").status_code == 404

    def test_that_work_waits_while_no_worker_runs(self, platform: Client, failed: Job) -> None:
        with every_tenant():
            Job.objects.update(state="waiting", due=timezone.now() - timedelta(minutes=6))

        page = text(platform, "/platform/")
        assert "No worker runs: no mail is sent. 1 job has waited" in page

    def test_that_all_is_well_when_a_worker_keeps_up(self, platform: Client, settings: Any) -> None:
        settings.PROCRASTINATE_READONLY_MODELS = False
        ProcrastinateWorker.objects.create(last_heartbeat=timezone.now())

        assert "No worker runs" not in text(platform, "/platform/")


class TestTriedAgain:
    def test_a_failed_job_is_done_and_the_trail_says_who_wanted_it(
        self, platform: Client, olga: User, acme: Tenant, failed: Job
    ) -> None:
        do(platform, LIST, "retry", [failed.pk])

        assert [sent.to for sent in mail.outbox] == [["bob@acme.example"]]
        assert rows.jobs_now([failed.pk])[0].state == Job.State.DONE
        with tenant_scope(acme):
            [entry] = AuditEntry.objects.filter(action="job.retried")
        assert (entry.actor, entry.target_id) == (olga.user_name, str(failed.pk))

    def test_one_that_is_done_stays_so(self, platform: Client, failed: Job) -> None:
        do(platform, LIST, "retry", [failed.pk])

        page = ask(platform, LIST, "retry", [failed.pk]).content.decode()

        assert "They have not failed" in page
        assert len(mail.outbox) == 1

    def test_of_two_who_try_at_once_one_succeeds(self, olga: User, failed: Job) -> None:
        with every_tenant():
            retry_job(job=failed)
            with pytest.raises(NotFailedError):
                retry_job(job=failed)

        assert len(mail.outbox) == 1

    def test_not_by_a_form_of_its_own(self, platform: Client, failed: Job) -> None:
        url = f"{LIST}{failed.pk}/change/"

        assert platform.post(url, {"state": "waiting"}).status_code == 403
        assert platform.get(f"{LIST}add/").status_code == 403
        assert platform.get(f"{LIST}{failed.pk}/delete/").status_code == 403
