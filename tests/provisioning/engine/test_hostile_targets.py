"""What a target answers that nobody means: one object waits for it, and no other does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from provisioning.models import Conflict, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, leave, opened, people

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

LONG = "x" * 600


def test_an_answer_that_cannot_be_kept_holds_nobody_else_up(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, on_left_scope="delete")
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)

    def long_id(asked: Asked) -> Answer | None:
        if asked.method == "POST" and asked.path == "/Users":
            return 201, {**asked.body, "id": LONG}, {}
        return None

    fake.before = long_id
    join(staff, [ben])
    leave(staff, [ann])
    engine.work()

    # It waits for another attempt, in the time to come, and what is of a later phase was done.
    stuck = Operation.objects.filter(object_id=str(ben.pk)).latest("pk")
    assert (stuck.state, stuck.attempts) == (OperationState.WAITING, 1)
    assert stuck.next_try > timezone.now()
    assert stuck.last_error == "We could not deal with it: DataError"
    assert fake.methods()["DELETE"] == 1
    assert fake.users() == {}


def test_a_version_that_is_too_long_is_none(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    fake.after = lambda asked, answer: (
        (answer[0], {**answer[1], "meta": {"version": LONG}}, {})
        if asked.method == "POST"
        else answer
    )
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)

    link = Link.objects.get(object_id=str(ann.pk))
    assert (link.state, link.version) == (Link.State.LINKED, "")


def test_a_creation_answered_with_the_account_of_somebody_else_is_a_conflict(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    hers = fake.users()["ann@acme.example"]

    fake.before = lambda asked: (
        (201, hers, {}) if (asked.method, asked.path) == ("POST", "/Users") else None
    )
    [ben] = people("ben")
    join(staff, [ben])
    engine.work()
    engine.hurry()

    conflict = Conflict.objects.get(object_id=str(ben.pk))
    assert conflict.why == Conflict.Why.TAKEN
    assert [each["id"] for each in conflict.candidates] == [hers["id"]]
    assert Link.objects.get(remote_id=hers["id"]).object_id == str(ann.pk)
    posts = [each for each in fake.writes if (each.method, each.path) == ("POST", "/Users")]
    assert len(posts) == 2
