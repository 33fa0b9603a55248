"""``run_daily``: every daily work, each by itself."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.commands import OPERATOR_AT_THE_COMMAND_LINE
from accounts.jobs import queueing, rows
from accounts.jobs.errors import PutBackError
from accounts.jobs.kinds import Kind, kinds
from accounts.jobs.worker import queue_due
from accounts.models import Job, Session, Tenant
from accounts.services import expiry
from accounts.tenancy.scoping import active_tenant_id, tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from licenses import subscriptions
from operations.management.commands import run_daily
from saml_sso.models import ConsumedAssertion
from saml_sso.services import pruning

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

DUE = [kind for kind in kinds().values() if kind.cron]


def over(key: str) -> None:
    """A session that ended yesterday."""
    ended = timezone.now() - timedelta(days=1)
    Session.objects.create(session_key=key, session_data="", expire_date=ended)


def used_long_ago(tenant: Tenant) -> None:
    """An assertion that was used, and expired yesterday."""
    with tenant_scope(tenant):
        ConsumedAssertion.objects.create(
            digest="a" * 64, expires=timezone.now() - timedelta(days=1)
        )


def run() -> dict[str, Any]:
    printed = io.StringIO()
    try:
        call_command("run_daily", "--json", stdout=printed)
    finally:
        answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer


def test_it_names_every_part_and_does_it(acme: Tenant) -> None:
    over("x" * 32)
    used_long_ago(acme)

    answer = run()

    assert list(answer) == [
        "warn_of_expiring_credentials",
        "clear_sessions",
        "clear_results",
        "prune_jobs",
        "erase_people_who_left",
        "prune_trail",
        "count_trail",
        "delete_who_is_due",
        "try_leavers_again",
        "start_due_runs",
        "mail_what_is_stuck",
        "begin_due_imports",
        "prune_imports",
        "prune_operations",
        "mail_what_waits",
        "end_grants",
        "warn_of_ends",
        "lapse_requests",
        "forget_requests",
        "follow_reviews",
        "prune_reviews",
        "start_subscriptions",
        "count_seats",
        "prune_request_log",
        "count_requests",
        "remind_of_held_changes",
        "refresh_saml_metadata",
        "prune_saml",
        "count_refused_sign_ins",
    ]
    assert answer["prune_saml"]["used_assertions"] == 1
    assert not Session.objects.exists()


def test_a_part_that_fails_is_named_and_stops_no_other(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    over("x" * 32)

    def broken(*_tenants_and_work: Any) -> None:
        raise OSError("the mail server is down")

    monkeypatch.setattr(expiry, "do_for_each", broken)

    with pytest.raises(CommandError, match=r"Failed: warn_of_expiring_credentials\."):
        call_command("run_daily", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["warn_of_expiring_credentials"] == {"failed": "OSError: the mail server is down"}
    assert answer["prune_saml"] == {"used_assertions": 0, "pending_sign_ins": 0, "attempts": 0}
    assert not Session.objects.exists()


def test_without_json_it_prints_a_line_for_each_part(acme: Tenant) -> None:
    printed = io.StringIO()

    call_command("run_daily", stdout=printed)

    assert len(printed.getvalue().strip().splitlines()) == len(DUE)


class TestTenants:
    def test_one_that_fails_ends_no_part_for_the_others_and_is_named(
        self,
        acme: Tenant,
        globex: Tenant,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for tenant in (acme, globex):
            used_long_ago(tenant)
        over("x" * 32)

        def broken_for_acme() -> int:
            if active_tenant_id() == acme.pk:
                raise OSError("the disk is full")
            return 7

        monkeypatch.setitem(pruning.PRUNERS, "attempts", broken_for_acme)

        with pytest.raises(CommandError, match=r"Failed: prune_saml \(acme\)\."):
            call_command("run_daily", "--json")

        answer = json.loads(capsys.readouterr().out)["prune_saml"]
        assert answer["attempts"] == 7
        assert answer["failed"] == {"acme": "OSError: the disk is full"}
        assert "The work for the tenant acme failed." in caplog.text
        assert not Session.objects.exists()
        with tenant_scope(globex):
            assert not ConsumedAssertion.objects.exists()

    def test_each_command_names_the_tenants_that_failed_and_ends_with_another_status(
        self, acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        served = []

        def serve(*, tenant: Tenant) -> int:
            served.append(tenant.slug)
            if tenant == acme:
                raise OSError("the network is down")
            return 3

        monkeypatch.setattr(subscriptions, "serve_waiting_people", serve)
        printed = io.StringIO()

        with pytest.raises(CommandError, match="Failed: acme"):
            call_command("start_subscriptions", stdout=printed)

        assert served == ["acme", "globex"]
        assert "Seats given: 3" in printed.getvalue()


class TestTwoAtOnce:
    def test_what_another_is_at_is_waited_for_and_not_done_twice(
        self, acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(queueing, "hand_over", lambda _job, **_lock: None)
            theirs = kinds()["saml_sso.prune_saml"].defer()
        rows.claim(theirs)
        looks: list[int] = []

        def another_ends(**_options: Any) -> None:
            looks.append(1)
            if len(looks) == 2:
                rows.finish(theirs, {"used_assertions": 5})

        monkeypatch.setattr(run_daily, "work", another_ends)
        monkeypatch.setattr(run_daily, "_SECONDS_BETWEEN_LOOKS", 0)

        assert run()["prune_saml"] == {"used_assertions": 5}
        with every_tenant():
            assert Job.objects.filter(kind="saml_sso.prune_saml").count() == 1

    def test_a_look_at_all_of_them_is_one_statement(
        self, db: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        queued = [kind.defer().pk for kind in reversed(DUE)]

        with django_assert_num_queries(1):
            looked = rows.jobs_now(queued)

        assert [job.pk for job in looked] == queued

    def test_what_waits_for_another_attempt_is_tried_now(
        self, acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(queueing, "hand_over", lambda _job, **_lock: None)
            failed = kinds()["saml_sso.prune_saml"].defer()
        rows.claim(failed)
        rows.put_back(failed, reason="the disk is full", seconds=3_600)

        assert run()["prune_saml"]["used_assertions"] == 0
        with every_tenant():
            assert Job.objects.get(kind="saml_sso.prune_saml").attempts == 2


@pytest.mark.parametrize("actor", [audit.SYSTEM, OPERATOR_AT_THE_COMMAND_LINE])
def test_what_the_clock_wants_no_operator_is_said_to_have_done(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch, actor: str
) -> None:
    acted: list[str] = []

    def serve(*, tenant: Tenant) -> int:
        acted.append(audit.acting())
        return 0

    monkeypatch.setattr(subscriptions, "serve_waiting_people", serve)

    if actor == audit.SYSTEM:
        queue_due("licenses.start_subscriptions", since=timezone.now())
    else:
        call_command("run_daily", "--json", stdout=io.StringIO())

    assert acted == [actor]


@pytest.mark.parametrize("kind", DUE, ids=lambda kind: kind.name)
class TestEveryPart:
    def test_one_runs_at_a_time_on_all_machines(self, kind: Kind[[]]) -> None:
        assert kind.lock_of(None) == kind.name

    def test_a_second_one_does_not_pile_up_while_one_waits(
        self, kind: Kind[[]], db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, **_lock: handed.append(job))

        queue_due(kind.name, since=timezone.now())
        queue_due(kind.name, since=timezone.now())

        assert [job.kind for job in handed] == [kind.name]


def test_what_this_version_does_not_know_is_left_to_another_for_a_day() -> None:
    with pytest.raises(PutBackError):
        queue_due("config.of_tomorrow", since=timezone.now())
    queue_due("config.of_yesterday", since=timezone.now() - timedelta(days=2))
