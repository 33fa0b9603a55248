"""*Go on*, pressed at the very moment at which a stopped action ends, is never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, Job, Role, User
from accounts.services.action_results import (
    NotStoppedError,
    begin_action,
    go_on_with_action,
    stop_action,
)
from console.base.doing import do_to_many
from tests.conftest import crowd, do_at_once, person
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that wait, as no worker is there."""
    waiting: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
    return waiting


@pytest.fixture
def stopping(in_acme: Tenant, queued: list[Job]) -> ActionResult:
    """A deactivation of three whose maker has pressed *Stop*, and which no worker has heard of."""
    alice = person(in_acme, "Alice", Role.ADMIN)
    wanted = ActionResult(
        site="console", about="accounts.user", action="deactivate", title="x", back="/console/"
    )
    lines = [ActionLine(row=str(each.pk), name=str(each)) for each in crowd(in_acme, 3)]
    begin_action(key=uuid4(), maker=alice, result=wanted, lines=lines, kind=do_to_many)
    result = ActionResult.objects.get()
    stop_action(result=result)
    return result


def work(jobs: list[Job]) -> None:
    while jobs:
        do_at_once(jobs.pop(0), lock=None)


def go_on(result: ActionResult) -> None:
    """Press *Go on*, as its maker does."""
    maker = User.objects.get(pk=result.maker)
    go_on_with_action(result=result, kind=do_to_many, wanted_by=maker)


def inactive() -> int:
    return User.objects.filter(active=False).count()


def test_pressed_while_the_worker_ends_it_another_job_goes_on(
    in_acme: Tenant, stopping: ActionResult, queued: list[Job]
) -> None:
    (job,) = queued
    queued.clear()

    errors = overlap(
        in_acme,
        lambda: do_at_once(job, lock=None),
        lambda: go_on(stopping),
    )

    assert errors == [None, None]
    assert len(queued) == 1
    work(queued)
    assert inactive() == 3


def test_pressed_just_before_the_worker_ends_it_the_worker_goes_on(
    in_acme: Tenant, stopping: ActionResult, queued: list[Job]
) -> None:
    (job,) = queued

    errors = overlap(
        in_acme,
        lambda: go_on(stopping),
        lambda: do_at_once(job, lock=None),
    )

    assert errors == [None, None]
    assert inactive() == 3
    stopping.refresh_from_db()
    assert stopping.state == ActionResult.State.OVER


def test_pressed_when_its_job_was_given_up_the_job_is_tried_again(
    stopping: ActionResult, queued: list[Job]
) -> None:
    Job.objects.update(state=Job.State.FAILED)
    queued.clear()

    go_on(stopping)

    assert len(queued) == 1
    work(queued)
    assert inactive() == 3


def test_what_is_over_or_goes_on_by_itself_is_left_alone(
    stopping: ActionResult, queued: list[Job]
) -> None:
    go_on(stopping)
    with pytest.raises(NotStoppedError):
        go_on(stopping)
    assert len(queued) == 1
    work(queued)
    with pytest.raises(NotStoppedError):
        go_on(stopping)
    assert queued == []
