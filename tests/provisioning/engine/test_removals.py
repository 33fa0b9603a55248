"""Nobody is taken away by mistake: not by half a source, not by the hundred, not who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.groups.groups import GroupFields, create_group
from accounts.services.users import deactivate_user, delete_user
from provisioning import desired
from provisioning.engine import looking
from provisioning.engine.deciding import allow_removals, refuse_removals
from provisioning.engine.runs import start_full_run
from provisioning.models import Link, Operation, OperationState, Run
from tests.provisioning.engine.conftest import connected, join, leave, opened, people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from provisioning.planning.objects import Desired
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def names(count: int) -> list[str]:
    return [f"p{number:03}" for number in range(count)]


def inactive(fake: Fake) -> int:
    return sum(1 for each in fake.users().values() if each.get("active") is False)


def test_a_source_that_breaks_off_takes_nobody_away(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everybody = people(*names(6))
    join(staff, everybody)
    opened(engine, application)
    whole = desired.desired_users

    def broken(**what: Any) -> Iterator[Desired]:
        for number, each in enumerate(whole(**what)):
            if number == 4:
                raise OSError("page 3 of 3 did not come")
            yield each

    monkeypatch.setattr(looking, "desired_users", broken)
    monkeypatch.setattr("provisioning.engine.working_out.PORTION", 2)
    before = len(fake.writes)
    run = start_full_run(application=application)
    engine.work()

    run.refresh_from_db()
    assert run.state == Run.State.INCOMPLETE
    assert "OSError" in run.why
    # What is said by whatever broke off may be of people.
    assert "page 3" not in run.why
    assert len(fake.writes) == before
    assert inactive(fake) == 0


def test_removals_beyond_the_limit_all_wait_until_they_are_allowed_and_are_sent_once(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number, application.removal_percent = None, 20
    application.save()
    everybody = people(*names(100))
    join(staff, everybody)
    opened(engine, application)
    before = len(fake.writes)

    leave(staff, everybody[:30])
    engine.work()

    held = Operation.objects.filter(state=OperationState.HELD)
    assert held.count() == 30
    assert inactive(fake) == 0
    assert not [each for each in fake.writes[before:] if each.path.startswith("/Users")]

    assert allow_removals(application=application) == 30
    engine.work()
    assert allow_removals(application=application) == 0
    engine.work()

    sent = [each for each in fake.writes[before:] if each.path.startswith("/Users")]
    assert len(sent) == 30
    assert len({each.path for each in sent}) == 30
    assert inactive(fake) == 30


def test_removals_that_are_refused_are_not_sent(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number = 2
    application.save()
    everybody = people(*names(5))
    join(staff, everybody)
    opened(engine, application)

    leave(staff, everybody[:3])
    engine.work()
    assert refuse_removals(application=application) == 3
    engine.work()

    assert inactive(fake) == 0


def test_whoever_comes_back_is_held_no_more(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number = 2
    application.save()
    everybody = people(*names(5))
    join(staff, everybody)
    opened(engine, application)
    leave(staff, everybody[:3])
    engine.work()

    join(staff, everybody[:1])
    engine.work()

    assert Operation.objects.filter(state=OperationState.HELD).count() == 2
    allow_removals(application=application)
    engine.work()
    assert inactive(fake) == 2


def test_whoever_is_deactivated_or_deleted_here_is_deactivated_there_at_once(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number = 1
    application.on_deleted = "delete"
    application.save()
    everybody = people(*names(8))
    join(staff, everybody)
    opened(engine, application)

    for each in everybody[:3]:
        deactivate_user(user=each)
    for each in everybody[3:6]:
        delete_user(user=each)
    engine.work()

    assert inactive(fake) == 6
    assert fake.methods()["DELETE"] == 0
    assert Operation.objects.filter(state=OperationState.HELD).count() == 3
    allow_removals(application=application)
    engine.work()
    assert fake.methods()["DELETE"] == 3
    assert len(fake.users()) == 5


def test_an_account_of_somebody_out_of_scope_is_left_alone(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    inside, _outside = people("inside", "outside")
    join(staff, [inside])
    theirs = fake.add("Users", userName="outside@acme.example", active=True)
    opened(engine, application)
    for _run in range(2):
        start_full_run(application=application)
        engine.work()

    assert not [each for each in fake.writes if theirs in each.path]
    assert fake.held["Users"][theirs] == {
        "id": theirs,
        "userName": "outside@acme.example",
        "active": True,
    }
    assert not Link.objects.filter(remote_id=theirs).exists()


def test_an_account_that_was_there_before_us_is_never_deleted(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, on_left_scope="delete", on_deleted="delete")
    theirs = fake.add("Users", userName="ann@acme.example", active=True)
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    assert Link.objects.get(object_id=str(ann.pk)).adopted

    leave(staff, [ann, ben])
    engine.work()

    assert fake.held["Users"][theirs]["active"] is False
    assert "ben@acme.example" not in fake.users()


def test_a_group_that_is_unassigned_beside_another_is_not_wiped_before_anybody_looked(
    engine: Engine, tenant: object, fake: Fake
) -> None:
    group = create_group(values=GroupFields(display_name="Big"))
    application = connected(fake, group)
    join(group, people(*names(25)))
    opened(engine, application)

    application.assignments.all().delete()
    run = start_full_run(application=application)
    engine.work()

    run.refresh_from_db()
    assert inactive(fake) == 0
    assert Operation.objects.filter(state=OperationState.HELD, kind="User").count() == 25


@pytest.mark.parametrize("status", [200, 202, 204, 404])
def test_a_deletion_that_is_answered_so_is_done(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake, status: int
) -> None:
    application = connected(fake, staff, on_left_scope="delete")
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    fake.before = lambda asked: (
        (status, {"detail": "x"} if status == 404 else None, {})
        if asked.method == "DELETE"
        else None
    )

    leave(staff, [ann])
    engine.work()

    assert not Link.objects.filter(object_id=str(ann.pk)).exists()
    last = Operation.objects.filter(object_id=str(ann.pk)).first()
    assert last is not None
    assert last.state == OperationState.DONE
