"""Undoing at the very moment at which somebody else decides: one of the two is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from accounts.errors import ChangedMeanwhileError
from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, AuditEntry, Job, Role, User
from accounts.services.action_results import (
    NotStoppedError,
    begin_action,
    go_on_with_action,
    last_day_to_undo,
    what_can_be_undone,
)
from accounts.services.turned_back import undo_deactivation
from accounts.services.undoing import NotUndoneError, begin_undo
from accounts.services.users import reactivate_user
from console.base.doing import do_to_many
from licenses.errors import NoSeatAvailableError
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, release_seat
from licenses.undoing import give_seat_back
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
def alice(in_acme: Tenant) -> User:
    return person(in_acme, "Alice", Role.ADMIN)


@pytest.fixture
def action(in_acme: Tenant, alice: User, queued: list[Job]) -> ActionResult:
    """A deactivation of three that is over."""
    wanted = ActionResult(
        site="console",
        about="accounts.user",
        action="deactivate",
        title="x",
        back="/console/",
        undo_until=last_day_to_undo(),
    )
    lines = [ActionLine(row=str(each.pk), name=str(each)) for each in crowd(in_acme, 3)]
    begin_action(key=uuid4(), maker=alice, result=wanted, lines=lines, kind=do_to_many)
    work(queued)
    return ActionResult.objects.get()


def work(jobs: list[Job]) -> None:
    while jobs:
        do_at_once(jobs.pop(0), lock=None)


def undo(of: ActionResult, maker: User) -> None:
    result = ActionResult(
        undoes=of.pk, site=of.site, about=of.about, action=of.action, title="y", back=of.back
    )
    lines = [
        ActionLine(row=line.row, name=line.name, choice=line.kept)
        for line in what_can_be_undone(of).order_by("number")
    ]
    begin_undo(key=uuid4(), maker=maker, result=result, lines=lines, kind=do_to_many)


def test_two_admins_who_undo_at_once_undo_it_once(
    in_acme: Tenant, alice: User, action: ActionResult, queued: list[Job]
) -> None:
    zoe = person(in_acme, "Zoe", Role.ADMIN)

    errors = overlap(in_acme, lambda: undo(action, alice), lambda: undo(action, zoe))

    assert errors[0] is None
    assert isinstance(errors[1], NotUndoneError)
    assert "Alice" in str(errors[1])
    assert len(queued) == 1
    work(queued)
    assert not User.objects.filter(active=False).exists()
    assert AuditEntry.objects.filter(action="user.reactivated").count() == 3


def test_what_is_undone_at_the_moment_does_not_go_on(
    in_acme: Tenant, alice: User, action: ActionResult
) -> None:
    ActionResult.objects.update(state=ActionResult.State.STOPPED)
    ActionLine.objects.filter(number=3).update(outcome="", kept={})

    errors = overlap(
        in_acme,
        lambda: undo(action, alice),
        lambda: go_on_with_action(result=action, kind=do_to_many, wanted_by=alice),
    )

    assert errors[0] is None
    assert isinstance(errors[1], NotStoppedError)


def test_what_goes_on_at_the_moment_is_not_undone(
    in_acme: Tenant, alice: User, action: ActionResult
) -> None:
    ActionResult.objects.update(state=ActionResult.State.STOPPED)
    ActionLine.objects.filter(number=3).update(outcome="", kept={})

    errors = overlap(
        in_acme,
        lambda: go_on_with_action(result=action, kind=do_to_many, wanted_by=alice),
        lambda: undo(action, alice),
    )

    assert errors[0] is None
    assert isinstance(errors[1], NotUndoneError)


def test_who_is_reactivated_at_the_moment_is_left_alone(
    in_acme: Tenant, action: ActionResult
) -> None:
    line = action.lines.get(number=1)
    user = User.objects.get(pk=line.row)

    errors = overlap(
        in_acme,
        lambda: reactivate_user(user=User.objects.get(pk=user.pk)),
        lambda: undo_deactivation(user=user, turn=line.kept["turn"]),
    )

    assert errors[0] is None
    assert isinstance(errors[1], ChangedMeanwhileError)


def test_of_the_last_seat_one_is_given(in_acme: Tenant) -> None:
    bob, kim = person(in_acme, "Bob"), person(in_acme, "Kim")
    product = Product.objects.create(key="crm", name="CRM")
    crm = Subscription.objects.create(product=product, seats=1)
    seat = assign_seat(subscription=crm, user=bob)
    release_seat(subscription=crm, user=bob)

    errors = overlap(
        in_acme,
        lambda: assign_seat(subscription=crm, user=kim),
        lambda: give_seat_back(seat_id=seat.pk),
    )

    assert errors[0] is None
    assert isinstance(errors[1], NoSeatAvailableError)
    assert Seat.objects.filter(released=None).count() == 1
