"""A name that one person leaves and another takes, and an account whose person was deleted here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.services.users import (
    UserFields,
    deactivate_user,
    delete_user,
    update_user,
)
from provisioning.engine.conflicts import Choice, resolve_conflict
from provisioning.engine.errors import NotOpenError
from provisioning.models import Conflict, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, User
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

ANN = "ann@acme.example"


def names(fake: Fake) -> list[str]:
    return sorted(each["userName"] for each in fake.held["Users"].values())


def renamed(user: User, name: str) -> None:
    user.refresh_from_db()
    update_user(
        user=user, values=replace(UserFields.of(user), user_name=f"{name}@acme.example", email="")
    )


def refuses_names_that_are_taken(fake: Fake) -> None:
    def before(asked: Asked) -> Answer | None:
        if asked.method != "PATCH" or not asked.path.startswith("/Users/"):
            return None
        key = asked.path.removeprefix("/Users/")
        wanted = {
            operation["value"]
            for operation in asked.body["Operations"]
            if operation.get("path") == "userName"
        }
        others = {each["userName"] for other, each in fake.held["Users"].items() if other != key}
        return (
            (409, {"scimType": "uniqueness", "detail": "Taken."}, {}) if wanted & others else None
        )

    fake.before = before


@pytest.mark.parametrize("order", [("ann", "ben", "cal"), ("cal", "ben", "ann")])
def test_everybody_moves_up_whoever_is_asked_for_first(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    order: tuple[str, ...],
) -> None:
    everybody = people(*order)
    join(staff, everybody)
    opened(engine, application)
    refuses_names_that_are_taken(fake)

    last = "zed"
    for user in everybody:
        before = user.user_name.partition("@")[0]
        renamed(user, last)
        last = before
    for _attempt in range(3):
        engine.work()
        engine.hurry()

    assert names(fake) == sorted(f"{name}@acme.example" for name in (*order[:2], "zed"))
    assert not Link.objects.filter(quarantined_at__isnull=False).exists()


def test_names_that_are_exchanged_are_refused_in_the_end(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    refuses_names_that_are_taken(fake)

    renamed(ann, "zed")
    renamed(ben, "ann")
    renamed(ann, "ben")
    for _attempt in range(6):
        engine.hurry()

    assert Link.objects.filter(quarantined_at__isnull=False).count() == 2
    assert not Operation.objects.filter(state=OperationState.WAITING).exists()


def test_who_takes_a_name_waits_until_the_other_has_left_it(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    fake.before = lambda asked: (503, {"detail": "Later."}, {}) if asked.method == "PATCH" else None
    renamed(ann, "zed")
    engine.work()
    [again] = people("ann")
    join(staff, [again])
    engine.work()
    assert not Conflict.objects.exists()

    fake.before = lambda _asked: None
    engine.hurry()
    engine.hurry()

    assert names(fake) == [ANN, "zed@acme.example"]
    assert not Conflict.objects.exists()


def conflict_of_who_came_back(engine: Engine, staff: DirectoryGroup) -> Conflict:
    [again] = people("ann")
    join(staff, [again])
    engine.work()
    return Conflict.objects.get(object_id=str(again.pk))


@pytest.mark.parametrize("whose", ["made by us", "there before us"])
def test_the_account_of_who_was_deleted_may_be_given_to_who_comes_after_them(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, whose: str
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    adopted = whose == "there before us"
    Link.objects.filter(kind="User").update(adopted=adopted)
    delete_user(user=ann)
    engine.work()
    [key] = fake.held["Users"]
    assert fake.held["Users"][key]["active"] is False
    conflict = conflict_of_who_came_back(engine, staff)
    assert conflict.why == Conflict.Why.TAKEN

    resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=key)
    engine.work()

    assert fake.held["Users"][key]["active"] is True
    assert len(fake.held["Users"]) == 1
    link = Link.objects.get(kind="User")
    assert (link.object_id, link.adopted) == (conflict.object_id, adopted)
    assert fake.members("Staff") == {key}


def test_what_was_held_of_who_was_deleted_is_held_no_more(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, on_deleted="delete", removal_number=0)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    delete_user(user=ann)
    engine.work()
    held = Operation.objects.get(state=OperationState.HELD)
    [key] = fake.held["Users"]
    conflict = conflict_of_who_came_back(engine, staff)

    resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=key)
    engine.work()

    held.refresh_from_db()
    assert held.state == OperationState.CANCELLED
    assert fake.held["Users"][key]["active"] is True


def test_not_while_something_is_under_way_of_them(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    key = str(ann.pk)
    delete_user(user=ann)
    engine.work()
    conflict = conflict_of_who_came_back(engine, staff)
    left = Operation.objects.filter(object_id=key).latest("pk")
    left.state, left.next_try = OperationState.WAITING, timezone.now()
    left.save()
    [remote_id] = fake.held["Users"]

    with pytest.raises(NotOpenError, match="taken away there"):
        resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=remote_id)


@pytest.mark.parametrize("how", ["active", "deactivated"])
def test_not_of_who_is_here(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, how: str
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)
    [key] = fake.held["Users"]
    if how == "deactivated":
        deactivate_user(user=ann)
        engine.work()
    fake.held["Users"][key]["externalId"] = str(ben.pk)
    join(staff, [ben])
    engine.work()
    conflict = Conflict.objects.get(object_id=str(ben.pk))

    with pytest.raises(NotOpenError, match="somebody else"):
        resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=key)


def test_another_account_that_was_wanted_is_made_once_though_its_answer_is_lost(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, adopt="ask")
    join(staff, people("ann"))
    theirs = fake.add("Users", userName=ANN)
    fake.accepts_twins = True
    opened(engine, application)

    def drop(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST":
            raise DropConnection
        return answer

    fake.after = drop
    resolve_conflict(conflict=Conflict.objects.get(), choice=Choice.CREATE)
    engine.work()
    fake.after = lambda _asked, answer: answer
    engine.hurry()

    link = Link.objects.get(kind="User")
    assert link.remote_id != theirs
    assert len(fake.held["Users"]) == 2
