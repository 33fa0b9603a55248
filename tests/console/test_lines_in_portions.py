"""An action is stored a portion of lines at a time, all of them or none."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING
from uuid import uuid4
from weakref import ref

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, AuditEntry, Job, User
from accounts.services.action_results import PORTION, begin_action
from accounts.tenancy.scoping import tenant_scope
from console.base.doing import do_to_many
from licenses.services import assign_seat
from tests.conftest import crowd
from tests.support.html_forms import text_of
from tests.support.licence_file import look_at_file, press_apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant
    from licenses.models import Subscription

NUMBER = 3 * PORTION + 7


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that wait, as no worker is there."""
    waiting: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
    return waiting


def wanted() -> ActionResult:
    return ActionResult(
        site="console", about="accounts.user", action="deactivate", title="x", back="/console/"
    )


class Lines:
    """So many lines, of which it is known how many there are at a time."""

    def __init__(self, number: int) -> None:
        self._alive: list[ref[ActionLine]] = []
        self._number = number
        self.most = 0

    def __iter__(self) -> Iterator[ActionLine]:
        for number in range(self._number):
            line = ActionLine(row=str(uuid4()), name=f"Line {number}")
            self._alive.append(ref(line))
            if number % 100 == 0:
                gc.collect()
                self._alive = [each for each in self._alive if each() is not None]
                self.most = max(self.most, len(self._alive))
            yield line


def test_no_more_than_a_portion_is_held_at_a_time(
    acme: Tenant, alice: User, queued: list[Job]
) -> None:
    lines = Lines(NUMBER)

    with tenant_scope(acme), CaptureQueriesContext(connection) as statements:
        begin_action(key=uuid4(), maker=alice, result=wanted(), lines=lines, kind=do_to_many)

    with tenant_scope(acme):
        result = ActionResult.objects.get()
        numbers = list(result.lines.order_by("number").values_list("number", flat=True))
    assert lines.most <= 2 * PORTION
    inserts = [each for each in statements if 'INTO "accounts_actionline"' in each["sql"]]
    assert len(inserts) == 4
    assert result.total == NUMBER
    assert result.state == ActionResult.State.GOING
    assert numbers == list(range(1, NUMBER + 1))
    assert len(queued) == 1


def test_what_a_line_raises_leaves_nothing(acme: Tenant, alice: User, queued: list[Job]) -> None:
    def lines() -> Iterator[ActionLine]:
        yield from Lines(PORTION + 1)
        raise LookupError

    with tenant_scope(acme):
        with pytest.raises(LookupError):
            begin_action(key=uuid4(), maker=alice, result=wanted(), lines=lines(), kind=do_to_many)
        assert not ActionResult.objects.exists()
        assert not ActionLine.objects.exists()
        assert not AuditEntry.objects.filter(action="action.begun").exists()
    assert queued == []


def test_pressed_twice_no_line_is_taken(acme: Tenant, alice: User) -> None:
    key, again = uuid4(), Lines(3)
    with tenant_scope(acme):
        begin_action(key=key, maker=alice, result=wanted(), lines=Lines(3), kind=do_to_many)
        begin_action(key=key, maker=alice, result=wanted(), lines=again, kind=do_to_many)

    assert again.most == 0


class TestOfAFile:
    TEXT = "email,product,action\n" + "".join(f"crowd{n},crm,assign\n" for n in range(2))

    def test_a_problem_in_the_last_line_leaves_each_line_once_and_does_none(
        self, acme: Tenant, console: Client, crm: Subscription, queued: list[Job]
    ) -> None:
        crowd(acme, 2)
        looked = look_at_file(console, f"{self.TEXT}nobody,crm,assign\n".encode())

        told = [press_apply(console, looked, follow=True) for _ in range(2)]

        assert "1 line of the file has a problem" in text_of(told[0])
        assert len({each.request["PATH_INFO"] for each in told}) == 1
        with tenant_scope(acme):
            outcomes = list(ActionLine.objects.order_by("number").values_list("outcome", flat=True))
            assert AuditEntry.objects.get(action="license.refused").details["number"] == 1
        assert outcomes == ["passed over", "passed over", "refused"]
        assert queued == []

    def test_what_became_other_than_was_shown_leaves_nothing(
        self, acme: Tenant, console: Client, crm: Subscription, queued: list[Job]
    ) -> None:
        people = crowd(acme, 2)
        looked = look_at_file(console, self.TEXT.encode())
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=people[1])

        told = press_apply(console, looked)

        assert "it would be other than this page showed" in text_of(told)
        with tenant_scope(acme):
            assert not ActionResult.objects.exists()
            assert not ActionLine.objects.exists()
        press_apply(console, told)
        with tenant_scope(acme):
            assert ActionResult.objects.get().total == 2
        assert len(queued) == 1
