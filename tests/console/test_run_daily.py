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
from accounts.scoping import tenant_scope
from config.management.commands import run_daily
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
        "warn_expiring_certificates",
        "refresh_saml_metadata",
        "prune_saml",
        "prune_request_log",
        "clear_sessions",
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
        return working | {"warn_expiring_certificates": broken}

    monkeypatch.setattr(run_daily, "parts", with_a_broken_part)

    with pytest.raises(CommandError, match="warn_expiring_certificates"):
        call_command("run_daily", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["warn_expiring_certificates"] == {"failed": "OSError: the mail server is down"}
    assert answer["prune_saml"] == {"used_assertions": 0, "pending_sign_ins": 0, "attempts": 0}
    assert not Session.objects.exists()
    assert "the mail server is down" in caplog.text


def test_without_json_it_prints_a_line_for_each_part(acme: Tenant) -> None:
    printed = io.StringIO()

    call_command("run_daily", stdout=printed)

    assert len(printed.getvalue().strip().splitlines()) == len(run_daily.parts())
