"""Once a week, admins are told what is stuck at their applications."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.models import Plan, Role, Tenant
from provisioning.engine.letters import MOST_NAMED
from provisioning.engine.weekly import A_WEEK, mail_what_is_stuck
from provisioning.models import Application, Conflict, Link
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks


@pytest.fixture
def opened(in_acme: Tenant) -> Callable[..., Application]:
    """Make an application that sends already."""
    person(in_acme, "Alice", Role.ADMIN)

    def make(name: str, **columns: Any) -> Application:
        now = timezone.now()
        return Application.objects.create(name=name, first_plan_sent_at=now, **columns)

    return make


@pytest.fixture
def tell(
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[], list[str]]:
    """Do the daily work; return what was mailed."""

    def do() -> list[str]:
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            mail_what_is_stuck()
        return [f"{mail.subject}\n{mail.body}" for mail in mailoutbox]

    return do


def stuck(application: Application, number: int = 1) -> Link:
    now = timezone.now()
    return Link.objects.create(
        application=application, kind="User", object_id=str(number), quarantined_at=now
    )


def test_nobody_is_mailed_while_nothing_is_stuck(
    opened: Callable[..., Application], tell: Callable[[], list[str]]
) -> None:
    opened("Planner")
    assert tell() == []


def test_what_is_stuck_is_told_once_a_week_for_as_long_as_it_is(
    opened: Callable[..., Application], tell: Callable[[], list[str]]
) -> None:
    planner, wiki = opened("Planner"), opened("Wiki")
    opened("Yard")
    stuck(planner, 1)
    link = stuck(planner, 2)
    Conflict.objects.create(application=wiki, kind="User", object_id="3", why="several")

    [told] = tell()
    assert told.startswith("2 applications wait for you")
    assert "Planner: 2 are stuck." in told
    assert "Wiki: 1 conflict." in told
    assert "Yard" not in told
    assert tell() == []

    Application.objects.update(stuck_told_at=timezone.now() - A_WEEK - timedelta(hours=1))
    link.delete()
    [told] = tell()
    assert "Planner: 1 is stuck." in told


def test_what_is_paused_or_sends_nothing_yet_is_no_news(
    opened: Callable[..., Application], tell: Callable[[], list[str]]
) -> None:
    stuck(opened("Planner", is_paused=True))
    stuck(opened("Wiki"))
    Application.objects.filter(name="Wiki").update(first_plan_sent_at=None)
    assert tell() == []


def test_an_application_that_refuses_us_is_named_without_a_number(
    opened: Callable[..., Application], tell: Callable[[], list[str]]
) -> None:
    opened("Planner", quarantined_at=timezone.now(), quarantine_reason="401")
    [told] = tell()
    assert "Planner: it refuses us, and nothing is sent there." in told


def test_a_tenant_without_the_feature_is_told_nothing(
    opened: Callable[..., Application], tell: Callable[[], list[str]], in_acme: Tenant
) -> None:
    stuck(opened("Planner"))
    in_acme.plan = Plan.STARTER
    in_acme.save()
    assert tell() == []


def test_a_mail_stays_short_however_many_wait(
    opened: Callable[..., Application], tell: Callable[[], list[str]]
) -> None:
    for number in range(MOST_NAMED + 2):
        stuck(opened(f"Planner {number:02}"))
    [told] = tell()
    assert f"Planner {MOST_NAMED - 1}: 1 is stuck." in told
    assert f"Planner {MOST_NAMED}:" not in told
    assert "And 2 more." in told
