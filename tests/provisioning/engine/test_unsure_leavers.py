"""Whoever leaves before a target has said whether they were made: nobody stays there unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.services.users import deactivate_user, delete_user
from accounts.trail.retention import erase_person
from provisioning.engine.deciding import allow_removals
from provisioning.engine.figures import tiles
from provisioning.engine.leavers import try_leavers_again
from provisioning.engine.runs import start_full_run, stop_run
from provisioning.models import Link, Operation, OperationState, Run
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup, User
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

ANN = "ann@acme.example"
WAYS: dict[str, Callable[[DirectoryGroup, User], object]] = {
    "left_scope": lambda staff, user: leave(staff, [user]),
    "deactivated": lambda _staff, user: deactivate_user(user=user),
    "deleted": lambda _staff, user: delete_user(user=user),
}


def creates(asked: Asked) -> bool:
    return (asked.method, asked.path) == ("POST", "/Users")


def loses_answers(fake: Fake, status: int = 0) -> None:
    """Let it make whoever it is asked for, and not say so."""

    def after(asked: Asked, answer: Answer) -> Answer:
        if not creates(asked):
            return answer
        if not status:
            raise DropConnection
        return status, {"detail": "Something broke."}, {}

    fake.after = after


def is_there(fake: Fake) -> bool:
    found = fake.users().get(ANN)
    return found is not None and found.get("active") is not False


@pytest.mark.parametrize("status", [0, 503])
@pytest.mark.parametrize("policy", ["deactivate", "delete"])
@pytest.mark.parametrize("way", WAYS)
def test_they_leave_there_as_well(  # noqa: PLR0913, PLR0917 - fixtures, and what is tried
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    way: str,
    policy: str,
    status: int,
) -> None:
    application = connected(fake, staff, **{f"on_{way}": policy})
    [ann] = people("ann")
    join(staff, [ann])
    loses_answers(fake, status)
    opened(engine, application)
    assert is_there(fake)

    WAYS[way](staff, ann)
    engine.work()
    fake.after = lambda _asked, answer: answer
    engine.hurry()
    engine.hurry()

    assert not is_there(fake)
    assert (ANN in fake.users()) is (policy == "deactivate")
    assert [each.method for each in fake.writes if each.path.startswith("/Users")][:1] == ["POST"]
    assert sum(creates(each) for each in fake.asked) == 1
    assert not Operation.objects.filter(state__in=("waiting", "unknown", "running")).exists()


@pytest.mark.parametrize("way", WAYS)
def test_who_was_not_made_is_not_there_and_forgotten(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, way: str
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    fake.before = lambda asked: (503, {"detail": "Later."}, {}) if creates(asked) else None
    opened(engine, application)

    WAYS[way](staff, ann)
    engine.work()
    engine.hurry()

    assert fake.users() == {}
    assert not Link.objects.filter(kind="User").exists()
    assert sum(creates(each) for each in fake.asked) == 1


def test_a_full_run_finds_them_where_their_operation_was_stopped(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    loses_answers(fake)
    run = opened(engine, application)
    stop_run(run=run)
    assert not Operation.objects.filter(state=OperationState.UNKNOWN).exists()
    fake.after = lambda _asked, answer: answer
    deactivate_user(user=ann)
    Operation.objects.all().delete()  # Whatever follows the change was lost.

    start_full_run(application=application)
    engine.work()

    assert not is_there(fake)


def test_who_was_erased_is_found_by_our_id(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    key = ann.pk
    join(staff, [ann])
    loses_answers(fake)
    opened(engine, application)
    delete_user(user=ann)
    erase_person(person_id=key)
    fake.after = lambda _asked, answer: answer

    engine.work()
    engine.hurry()

    assert not is_there(fake)
    assert Link.objects.get(object_id=str(key)).seen == {}


def test_they_count_as_others_who_leave(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, removal_number=0)
    [ann] = people("ann")
    join(staff, [ann])
    loses_answers(fake)
    opened(engine, application)
    fake.after = lambda _asked, answer: answer
    leave(staff, [ann])
    engine.work()
    engine.hurry()
    assert is_there(fake)
    assert tiles(application).held == 1

    assert allow_removals(application=application) == 1
    engine.work()
    assert not is_there(fake)


@pytest.mark.parametrize("status", [400, 403])
def test_where_nobody_can_tell_admins_are_told_and_it_is_tried_again(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, status: int
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    loses_answers(fake)
    opened(engine, application)
    deactivate_user(user=ann)
    fake.after = lambda _asked, answer: answer
    fake.before = lambda asked: (
        (status, {"detail": "No."}, {}) if asked.method == "GET" and "Users" in asked.path else None
    )
    engine.work()
    engine.hurry()
    assert tiles(application).kept == 1

    fake.before = lambda _asked: None
    assert try_leavers_again()["leavers"] == 1
    engine.work()
    assert not is_there(fake)
    assert tiles(application).kept == 0


def test_one_of_several_is_for_somebody_to_look_at(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    loses_answers(fake)
    opened(engine, application)
    fake.add("Users", userName=ANN, active=True)
    fake.after = lambda _asked, answer: answer
    deactivate_user(user=ann)

    engine.work()
    engine.hurry()

    assert all(each.get("active") is not False for each in fake.held["Users"].values())
    assert tiles(application).kept == 1
    assert "several accounts" in Operation.objects.filter(kind="User").latest("pk").last_error


def test_an_account_of_somebody_else_is_left_alone(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ben])
    opened(engine, application)
    fake.before = lambda asked: (503, {"detail": "Later."}, {}) if creates(asked) else None
    join(staff, [ann])
    engine.work()
    theirs = Link.objects.get(object_id=str(ben.pk))
    fake.held["Users"][theirs.remote_id]["externalId"] = str(ann.pk)

    deactivate_user(user=ann)
    engine.work()
    engine.hurry()

    assert fake.held["Users"][theirs.remote_id]["active"] is True
    assert Run.objects.filter(state=Run.State.READING).count() == 0
