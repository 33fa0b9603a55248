"""A change of somebody concerns a group only where they are not in it there as they should be."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.utils import timezone

from accounts.models import DirectoryGroupMember
from accounts.services.users import deactivate_user, reactivate_user
from accounts.storage.changes import Change, Position
from provisioning.desired import concerned_by
from provisioning.engine.inputs import have_changed
from provisioning.engine.runs import make_plan
from provisioning.models import Application, Link, LinkMember, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, opened, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def updated(user: User) -> Change:
    return Change(
        position=Position("", 1, 1),
        tenant_id=None,
        at=timezone.now(),
        actor="",
        action="user.updated",
        target_type="user",
        target_id=str(user.pk),
        target="",
        request_id="",
        details={},
    )


def groups_concerned(application: Application, user: User) -> set[str]:
    found = concerned_by(application=application, changes=[updated(user)])
    assert found.users == {str(user.pk)}
    return found.groups


def link_of(application: Application, **which: Any) -> Link:
    return Link.objects.get(application=application, **which)


def put_in(application: Application, user: User) -> Any:
    return LinkMember.objects.filter(link__application=application, object_id=str(user.pk))


def operation(state: str, application: Application, group: DirectoryGroup, _user: User) -> None:
    Operation.objects.create(
        application=application,
        kind="Group",
        object_id=str(group.pk),
        state=state,
        phase=0,
        steps=[],
        next_try=timezone.now(),
        actor="",
    )


OTHERWISE: Final[dict[str, Callable[[Application, DirectoryGroup, User], Any]]] = {
    "who leaves the scope": lambda _application, _group, user: deactivate_user(user=user),
    "who was not put in": lambda application, _group, user: put_in(application, user).delete(),
    "who was perhaps taken out": lambda application, _group, user: put_in(application, user).update(
        is_sure=False
    ),
    "who is somebody else there": lambda application, _group, user: link_of(
        application, object_id=str(user.pk)
    ).delete(),
    "who was put in, and is a member no more": lambda _application, group, user: (
        DirectoryGroupMember.objects.filter(group=group, user=user).delete()
    ),
    "a group that was perhaps made": lambda application, group, _user: Link.objects.filter(
        application=application, object_id=str(group.pk)
    ).update(state=Link.State.UNKNOWN),
    "a group that was refused": lambda application, group, _user: Link.objects.filter(
        application=application, object_id=str(group.pk)
    ).update(quarantined_at=timezone.now()),
    "a group that is not there": lambda application, group, _user: link_of(
        application, object_id=str(group.pk)
    ).delete(),
    **{
        f"a group of which something is {state}": partial(operation, state)
        for state in ("waiting", "running", "unknown", "held", "refused")
    },
}


@pytest.fixture
def in_step(engine: Engine, staff: DirectoryGroup, fake: Fake) -> tuple[Application, User]:
    application = connected(fake, staff)
    [ann, ben] = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    assert put_in(application, ann).exists()
    return application, ann


def test_whoever_is_in_their_groups_there_concerns_none_of_them(
    in_step: tuple[Application, User],
) -> None:
    assert groups_concerned(*in_step) == set()


def test_whoever_is_out_of_scope_and_out_of_the_group_concerns_it_no_more(
    in_step: tuple[Application, User], engine: Engine
) -> None:
    application, ann = in_step
    deactivate_user(user=ann)
    engine.work()

    assert not put_in(application, ann).exists()
    assert groups_concerned(application, ann) == set()


@pytest.mark.parametrize("name", OTHERWISE)
def test_whatever_is_otherwise_concerns_the_group(
    in_step: tuple[Application, User], staff: DirectoryGroup, name: str
) -> None:
    application, ann = in_step

    OTHERWISE[name](application, staff, ann)

    assert groups_concerned(application, ann) == {str(staff.pk)}


def test_a_group_that_is_not_made_there_concerns_nobody(
    in_step: tuple[Application, User], staff: DirectoryGroup
) -> None:
    application, ann = in_step
    link_of(application, object_id=str(staff.pk)).delete()
    application.create_groups = False

    assert groups_concerned(application, ann) == set()


def test_every_state_of_an_operation_that_is_not_over_counts() -> None:
    over = {OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED}
    elsewhere = {
        OperationState.QUARANTINED,
        OperationState.PLANNED,
    }  # By the link, and by the plan.
    counted = {name.rpartition(" ")[2] for name in OTHERWISE if "something is" in name}

    assert {*OperationState.values} - over - elsewhere == counted


def test_a_plan_is_void_once_somebody_whom_it_takes_out_is_back(
    engine: Engine, in_step: tuple[Application, User], staff: DirectoryGroup
) -> None:
    application, ann = in_step
    deactivate_user(user=ann)
    plan = make_plan(application=application)
    for _ in range(3):
        engine.do_jobs()
    plan.refresh_from_db()
    assert plan.operations.filter(state="planned", object_id=str(staff.pk)).exists()

    reactivate_user(user=ann)

    assert str(staff.pk) not in groups_concerned(application, ann)
    # The feed tells of it once everything that began before it is over, also of other tests.
    deadline = time.monotonic() + 10
    while not have_changed(plan):
        assert time.monotonic() < deadline
        time.sleep(0.05)
