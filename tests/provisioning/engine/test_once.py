"""Every object is at the target once, whatever goes wrong between it and us."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Job
from accounts.services.users import UserFields, update_user
from provisioning.engine.conflicts import Choice, resolve_conflict
from provisioning.engine.draining import perform_operations
from provisioning.engine.following import follow_changes
from provisioning.models import Conflict, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake


def test_a_creation_whose_answer_was_lost_is_found_and_not_repeated(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])

    def drop_first(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST" and asked.path == "/Users" and fake.methods()["POST"] == 1:
            raise DropConnection
        return answer

    fake.after = drop_first
    opened(engine, application)
    unsure = Operation.objects.get(object_id=str(ann.pk))
    assert unsure.state == OperationState.UNKNOWN

    engine.hurry()

    posts = [each for each in fake.writes if each.method == "POST" and each.path == "/Users"]
    assert len(posts) == 1
    assert len(fake.users()) == 1
    link = Link.objects.get(object_id=str(ann.pk))
    assert (link.state, link.adopted) == (Link.State.LINKED, False)
    unsure.refresh_from_db()
    assert (unsure.state, unsure.attempts) == (OperationState.DONE, 2)


def test_two_accounts_that_match_are_a_conflict_and_nothing_is_sent_until_it_is_decided(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    one = fake.add("Users", userName="other", externalId=str(ann.pk))
    two = fake.add("Users", userName="ann@acme.example")
    opened(engine, application)
    engine.hurry()

    conflict = Conflict.objects.get()
    assert conflict.why == Conflict.Why.SEVERAL
    assert {each["id"] for each in conflict.candidates} == {one, two}
    assert not [each for each in fake.writes if each.path.startswith("/Users")]
    assert not Link.objects.filter(kind="User").exists()

    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann X"))
    engine.work()
    assert not [each for each in fake.writes if each.path.startswith("/Users")]

    resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=two)
    engine.work()
    link = Link.objects.get(kind="User")
    assert (link.remote_id, link.adopted) == (two, True)
    assert fake.held["Users"][two]["displayName"] == "Ann X"


def test_every_alias_that_the_target_can_filter_is_tried_before_a_creation(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    work = {"value": "ann@acme.example", "type": "work", "primary": True}
    update_user(user=ann, values=replace(UserFields.of(ann), attributes={"emails": [work]}))
    join(staff, [ann])
    theirs = fake.add("Users", userName="ann@acme.example", displayName="Old")
    opened(engine, application)

    filters = [each.query["filter"] for each in fake.asked if "filter" in each.query]
    assert f'externalId eq "{ann.pk}"' in filters
    assert 'userName eq "ann@acme.example"' in filters
    assert 'emails.value eq "ann@acme.example"' in filters
    assert Link.objects.get(kind="User").remote_id == theirs
    assert not [each for each in fake.writes if (each.method, each.path) == ("POST", "/Users")]


def test_an_application_that_wants_to_be_asked_is(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, adopt="ask")
    join(staff, people("ann"))
    fake.add("Users", userName="ann@acme.example")
    opened(engine, application)

    assert Conflict.objects.get().why == Conflict.Why.ASKED
    assert not [each for each in fake.writes if each.path.startswith("/Users")]


def test_a_change_that_is_rolled_back_sends_nothing(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    operations, asked = Operation.objects.count(), len(fake.asked)

    try:
        with transaction.atomic():
            update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="X"))
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    engine.work()

    assert Operation.objects.count() == operations
    assert len(fake.asked) == asked


def test_doubled_and_lost_messages_do_no_harm(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)
    for _copy in range(3):
        follow_changes.defer(application_id=application.pk)
        perform_operations.defer(application_id=application.pk)
    join(staff, [ben])
    engine.work()
    Job.objects.all().delete()
    update_user(user=ben, values=UserFields(user_name="ben@acme.example", display_name="Benny"))
    engine.work()

    assert fake.users()["ben@acme.example"]["displayName"] == "Benny"
    posts = [each for each in fake.writes if (each.method, each.path) == ("POST", "/Users")]
    assert len(posts) == 2
