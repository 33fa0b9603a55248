"""One job, done in the test's thread: its effects, its row, and what Procrastinate is told."""

from __future__ import annotations

import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.jobs import queueing, rows, running
from accounts.jobs.errors import GivenUpError, PutBackError
from accounts.jobs.kinds import DAILY, Kind, at_least_once, exactly_once
from accounts.jobs.retrying import retry_job
from accounts.jobs.running import DEATHS, run_job, scope_of_job
from accounts.jobs.state import engine_state
from accounts.models import AuditEntry, Job, User
from accounts.progress import report_progress
from accounts.requests.request_id import current, serving
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import TenantScopeMissingError, active_tenant_id, tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

    Broken = Callable[[], None]

pytestmark = pytest.mark.django_db

EFFECT = "test.effect"
seen: list[Any] = []


@exactly_once(queue=DAILY, sealed=("words",), pauses=(10, 60))
def leave_a_mark(*, number: int, words: str = "") -> dict[str, Any]:
    audit.record(EFFECT, None, number=number)
    seen.append((active_tenant_id(), audit.acting(), current(), words))
    return {"number": number}


@exactly_once(queue=DAILY, pauses=(10, 60))
def break_each_time() -> None:
    audit.record(EFFECT, None)
    raise LookupError("the number is gone")


@at_least_once(queue=DAILY)
def make_a_person() -> dict[str, Any]:
    report_progress(done=1, total=2)
    create_user(values=UserFields(user_name="made@acme.example"))
    return {}


@at_least_once(queue=DAILY)
def ask_whose(*, user_id: str) -> dict[str, Any]:
    return {"name": User.objects.get(pk=user_id).user_name}


@at_least_once(queue=DAILY, sealed=("address", "body"), pauses=(10,))
def repeat_what_it_was_given(*, address: str, body: str) -> None:
    raise OSError(f"refused: {address.lower()}, {body}")


KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        leave_a_mark,
        break_each_time,
        make_a_person,
        ask_whose,
        repeat_what_it_was_given,
    )
}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    seen.clear()
    monkeypatch.setattr(running, "kinds", lambda: KINDS)
    monkeypatch.setattr(queueing, "hand_over", lambda _job, **_lock: None)


def do(job: Job) -> None:
    with scope_of_job(job.tenant_id):
        run_job(job.pk)


def row(job: Job) -> Job:
    with every_tenant():
        return Job.objects.get(pk=job.pk)


def traceback_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def effects(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return AuditEntry.objects.filter(action=EFFECT).count()


class TestDone:
    def test_in_the_scope_of_who_wanted_it_and_in_their_name(self, acme: Tenant) -> None:
        with tenant_scope(acme), audit.acting_as("alice@acme.example"), serving("request-1"):
            job = leave_a_mark.defer(number=1, words="a secret of hers")

        before = row(job)
        do(job)

        assert seen == [(acme.pk, "alice@acme.example", "request-1", "a secret of hers")]
        assert "a secret" not in f"{before.sealed}{before.arguments}"
        after = row(job)
        assert (after.state, after.result, after.sealed) == (Job.State.DONE, {"number": 1}, "")
        assert after.ended is not None

    def test_a_second_time_changes_nothing(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)

        do(job)
        do(job)

        assert effects(acme) == 1

    def test_an_attempt_that_another_has_overtaken_leaves_nothing(
        self, acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)
        finish = rows.finish

        def overtaken(of: Job, result: Any) -> None:
            rows.claim(row(job))  # This one was given up for dead.
            finish(of, result)

        monkeypatch.setattr(rows, "finish", overtaken)
        do(job)

        assert seen
        assert effects(acme) == 0
        assert row(job).state == Job.State.RUNNING

    def test_with_progress_that_others_see(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            job = make_a_person.defer()

        do(job)

        assert (row(job).done, row(job).total) == (1, 2)

    def test_work_of_the_deployment_reaches_no_tenant_by_itself(
        self, acme: Tenant, bob: User
    ) -> None:
        job = ask_whose.defer(user_id=str(bob.pk))

        with pytest.raises(PutBackError):
            do(job)

        assert TenantScopeMissingError.__name__ in row(job).error


class TestFailed:
    def test_it_is_due_again_after_growing_pauses_and_then_kept_with_its_reason(
        self, acme: Tenant
    ) -> None:
        with tenant_scope(acme):
            job = break_each_time.defer()

        pauses = []
        for _attempt in break_each_time.pauses:
            with pytest.raises(PutBackError) as put_back:
                do(job)
            pauses.append(put_back.value.seconds)
            assert row(job).state == Job.State.WAITING
        with pytest.raises(GivenUpError):
            do(job)

        assert pauses == [10, 60]
        failed = row(job)
        assert (failed.state, failed.attempts) == (Job.State.FAILED, 3)
        assert failed.error == "LookupError: the number is gone"
        assert effects(acme) == 0

    def test_its_object_is_gone(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            job = ask_whose.defer(user_id=str(bob.pk))
            User.objects.filter(pk=bob.pk).delete()

        with pytest.raises(PutBackError):
            do(job)

        assert "User matching query does not exist" in row(job).error

    def test_the_object_of_another_tenant_is_as_gone(self, globex: Tenant, bob: User) -> None:
        with tenant_scope(globex):
            job = ask_whose.defer(user_id=str(bob.pk))

        with pytest.raises(PutBackError):
            do(job)

        assert "does not exist" in row(job).error

    def test_its_tenant_is_gone(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)
        with every_tenant():
            acme.delete()

        with pytest.raises(GivenUpError):
            do(job)

        assert (row(job).state, row(job).error) == (Job.State.FAILED, "Its tenant is gone.")

    def test_it_takes_its_worker_with_it_each_time(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)
        most = len(leave_a_mark.pauses) + 1 + DEATHS
        for _death in range(most):
            assert rows.claim(row(job))

        with pytest.raises(GivenUpError):
            do(job)

        assert "worker died" in row(job).error

    def test_who_was_given_up_for_dead_does_not_put_a_job_back_that_another_does(
        self, acme: Tenant
    ) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)
        dead, alive = row(job), row(job)
        rows.claim(dead)
        rows.claim(alive)

        rows.put_back(dead, reason="late", seconds=1)
        rows.fail(dead, reason="late")

        assert (row(job).state, row(job).error) == (Job.State.RUNNING, "")

    def test_its_reason_and_the_log_repeat_nothing_that_is_sealed(
        self, acme: Tenant, caplog: pytest.LogCaptureFixture
    ) -> None:
        with tenant_scope(acme):
            job = repeat_what_it_was_given.defer(address="Bob@acme.example", body="/link/zyxw")

        for expected in (PutBackError, GivenUpError):
            with pytest.raises(expected) as raised:
                do(job)
            # Procrastinate writes what was raised, with its cause, to the log.
            told = f"{row(job).error}{caplog.text}{traceback_of(raised.value)}"
            assert "refused: …, …" in row(job).error
            assert "acme.example" not in told.lower()
            assert "zyxw" not in told


class TestWithAnotherKey:
    def test_it_is_left_for_a_worker_that_can_open_it_and_is_late_meanwhile(
        self, acme: Tenant, settings: Settings
    ) -> None:
        key = settings.SECRET_KEY
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1, words="hers")
            Job.objects.update(due=timezone.now() - timedelta(hours=1))

        settings.SECRET_KEY = "another-key-" * 5
        for _look in range(len(leave_a_mark.pauses) + DEATHS + 2):
            with pytest.raises(PutBackError):
                do(job)
        left = row(job)
        assert (left.state, left.attempts) == (Job.State.WAITING, 0)
        assert "GATEHOUSE_SECRET_KEY" in left.error
        assert engine_state().overdue == 1

        settings.SECRET_KEY = key
        do(job)
        assert row(job).state == Job.State.DONE

    def test_it_has_failed_when_nobody_could_open_it_for_a_day(
        self, acme: Tenant, settings: Settings
    ) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1, words="hers")
            Job.objects.update(due=timezone.now() - timedelta(days=2))
        settings.SECRET_KEY = "another-key-" * 5

        with pytest.raises(GivenUpError):
            do(job)

        assert row(job).state == Job.State.FAILED
        assert "GATEHOUSE_SECRET_KEY" in row(job).error


@pytest.mark.parametrize("lacks", ["key", "version"])
def test_what_nobody_could_try_for_a_day_waits_anew_when_somebody_says_so(
    acme: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    with tenant_scope(acme):
        job = leave_a_mark.defer(number=1, words="hers")
        long_ago = timezone.now() - timedelta(days=2)
        Job.objects.update(created=long_ago, due=long_ago)
    with monkeypatch.context() as worker:
        if lacks == "key":
            worker.setattr(settings, "SECRET_KEY", "another-key-" * 5)
        else:
            worker.setattr(running, "kinds", dict)
        with pytest.raises(GivenUpError):
            do(job)
        with tenant_scope(acme):
            retry_job(job=row(job))

        with pytest.raises(PutBackError):
            do(job)

    assert row(job).state == Job.State.WAITING
    do(job)
    assert effects(acme) == 1


class TestOfAnotherVersion:
    def test_it_is_left_for_a_worker_that_knows_it_and_no_attempt_is_counted(
        self, acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)

        with monkeypatch.context() as older:
            older.setattr(running, "kinds", dict)
            with pytest.raises(PutBackError):
                do(job)
        left = row(job)
        do(job)

        assert (left.state, left.attempts) == (Job.State.WAITING, 0)
        assert "knows no job" in left.error
        assert effects(acme) == 1

    def test_it_has_failed_when_nobody_has_known_it_for_a_day(
        self, acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tenant_scope(acme):
            job = leave_a_mark.defer(number=1)
            Job.objects.update(due=timezone.now() - timedelta(days=2))
        monkeypatch.setattr(running, "kinds", dict)

        with pytest.raises(GivenUpError):
            do(job)

        assert row(job).state == Job.State.FAILED
