"""``run_daily``: every daily work, each by itself."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Session, Tenant
from accounts.tenancy.scoping import active_tenant_id, tenant_scope
from config.management.commands import run_daily
from config.one_at_a_time import one_at_a_time
from licenses.management.commands import start_subscriptions
from saml_sso.management.commands import prune_saml
from saml_sso.models import ConsumedAssertion

if TYPE_CHECKING:
    from collections.abc import Callable


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
        "start_subscriptions",
        "warn_of_expiring_credentials",
        "refresh_saml_metadata",
        "prune_saml",
        "prune_request_log",
        "clear_sessions",
        "clear_results",
        "erase_people_who_left",
        "prune_trail",
    ]
    assert answer["prune_saml"]["used_assertions"] == 1
    assert not Session.objects.exists()


def test_a_part_that_fails_is_named_and_stops_no_other(
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    over("x" * 32)
    working = run_daily.parts()

    def broken() -> None:
        raise OSError("the mail server is down")

    def with_a_broken_part() -> dict[str, Callable[[], Any]]:
        return working | {"warn_of_expiring_credentials": broken}

    monkeypatch.setattr(run_daily, "parts", with_a_broken_part)

    with pytest.raises(CommandError, match="warn_of_expiring_credentials"):
        call_command("run_daily", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["warn_of_expiring_credentials"] == {"failed": "OSError: the mail server is down"}
    assert answer["prune_saml"] == {"used_assertions": 0, "pending_sign_ins": 0, "attempts": 0}
    assert not Session.objects.exists()
    assert "the mail server is down" in caplog.text


def test_without_json_it_prints_a_line_for_each_part(acme: Tenant) -> None:
    printed = io.StringIO()

    call_command("run_daily", stdout=printed)

    assert len(printed.getvalue().strip().splitlines()) == len(run_daily.parts())


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

        monkeypatch.setitem(prune_saml.PRUNERS, "attempts", broken_for_acme)

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

        monkeypatch.setattr(start_subscriptions, "serve_waiting_people", serve)
        printed = io.StringIO()

        with pytest.raises(CommandError, match="Failed: acme"):
            call_command("start_subscriptions", stdout=printed)

        assert served == ["acme", "globex"]
        assert "Seats given: 3" in printed.getvalue()


class TestTwoAtOnce:
    def test_the_second_says_so_does_nothing_and_ends_well(self, acme: Tenant) -> None:
        over("x" * 32)

        with one_at_a_time(run_daily.LOCK) as is_ours:
            answer, printed = run(), io.StringIO()
            call_command("run_daily", stdout=printed)

        assert is_ours
        assert answer == {"not_done": "Another run_daily is at work."}
        assert printed.getvalue() == "Another run_daily is at work.\n"
        assert Session.objects.exists()

    def test_the_next_one_works_again_also_after_one_that_broke(self, acme: Tenant) -> None:
        with pytest.raises(KeyError), one_at_a_time(run_daily.LOCK):
            raise KeyError

        assert "prune_saml" in run()
        assert "prune_saml" in run()
