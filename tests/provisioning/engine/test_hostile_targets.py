"""What a target answers that nobody means: one object waits for it, and no other does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import Job
from accounts.services.users import UserFields, update_user
from provisioning.client.time_limit import time_limit
from provisioning.engine import comparing, looking, working_out
from provisioning.engine.errors import NotPlannedError
from provisioning.engine.retrying import retry_stuck
from provisioning.engine.runs import make_plan, send_plan, start_full_run
from provisioning.engine.scheduling import start_due_runs
from provisioning.engine.sessions import session_with
from provisioning.models import Conflict, Link, Operation, OperationState, Run
from provisioning.protocol.steps import Kind
from provisioning.services.assignments import set_assignments
from tests.provisioning.engine.conftest import connected, join, leave, opened, people

if TYPE_CHECKING:
    from collections.abc import Callable

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


def not_listed(*keys: str) -> Callable[[Asked, Answer], Answer]:
    """Let a list of users be whole, as it says, without those of these ids; of all without any."""

    def after(asked: Asked, answer: Answer) -> Answer:
        status, body, headers = answer
        if asked.path != "/Users" or asked.method != "GET":
            return answer
        shown = [each for each in body["Resources"] if keys and each["id"] not in keys]
        return status, {**body, "totalResults": len(shown), "Resources": shown}, headers

    return after


def test_an_empty_list_makes_nobody_forgotten_who_is_to_leave(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    everybody = people(*(f"p{number:02}" for number in range(25)))
    join(staff, everybody)
    opened(engine, application)
    fake.after = not_listed()

    run = start_full_run(application=application)
    engine.work()
    run.refresh_from_db()
    assert run.state == Run.State.INCOMPLETE
    assert "does not show 25 of the resources" in run.why
    assert Link.objects.filter(kind="User").count() == 25

    leave(staff, everybody[:1])
    engine.work()
    assert fake.users()["p00@acme.example"]["active"] is False


def test_whoever_a_list_leaves_out_is_asked_for_before_they_are_forgotten(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben, cal = people("ann", "ben", "cal")
    join(staff, [ann, ben, cal])
    opened(engine, application)
    there = {name: each["id"] for name, each in fake.users().items()}
    leave(staff, [cal])
    engine.work()
    del fake.held["Users"][there["ben@acme.example"]]
    fake.after = not_listed(there["ann@acme.example"], there["cal@acme.example"])
    start_full_run(application=application)
    engine.work()

    # Ann is there, Cal is there and inactive, and Ben, who is not, is made anew.
    kept = dict(Link.objects.filter(kind="User").values_list("object_id", "remote_id"))
    assert kept[str(ann.pk)] == there["ann@acme.example"]
    assert kept[str(cal.pk)] == there["cal@acme.example"]
    assert kept[str(ben.pk)] == fake.users()["ben@acme.example"]["id"]


@pytest.mark.parametrize("leaving", ["deactivate", "delete"])
@pytest.mark.parametrize("lists", [404, 503])
def test_whoever_leaves_is_not_gone_because_nothing_is_there_for_a_while(
    engine: Engine, staff: DirectoryGroup, fake: Fake, leaving: str, lists: int
) -> None:
    application = connected(fake, staff, on_left_scope=leaving)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    fake.before = lambda asked: (
        lists if asked.path == "/Users" else 404,
        b"<html>Nothing here</html>",
        {},
    )
    leave(staff, [ann])
    engine.work()

    assert Link.objects.get(object_id=str(ann.pk)).remote_id
    waits = Operation.objects.filter(object_id=str(ann.pk)).latest("pk")
    assert waits.state == OperationState.WAITING
    assert waits.next_try > timezone.now()

    fake.before = lambda _asked: None
    engine.hurry()
    assert fake.users().get("ann@acme.example", {"active": False})["active"] is False
    assert ("ann@acme.example" in fake.users()) == (leaving == "deactivate")


def test_a_person_who_is_not_there_any_more_is_made_anew(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    fake.held["Users"].clear()
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann X"))
    engine.work()

    assert fake.users()["ann@acme.example"]["displayName"] == "Ann X"


def test_a_target_that_says_it_holds_more_than_there_are_numbers_ends_the_run(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    opened(engine, application)
    fake.after = lambda asked, answer: (
        (answer[0], {**answer[1], "totalResults": 10**12}, {})
        if "startIndex" in asked.query
        else answer
    )
    run = start_full_run(application=application)
    engine.work()

    run.refresh_from_db()
    assert run.state == Run.State.INCOMPLETE
    assert "there are 1000000000000, and showed" in run.why


def test_a_run_that_breaks_off_says_so_and_sends_nothing(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_what: object, **_more: object) -> None:
        raise ZeroDivisionError

    join(staff, people("ann"))
    monkeypatch.setattr(working_out, "probe_once", broken)
    run = make_plan(application=application)
    engine.work()

    run.refresh_from_db()
    assert (run.state, run.why) == (Run.State.INCOMPLETE, "It broke off: ZeroDivisionError")
    with pytest.raises(NotPlannedError):
        send_plan(run=run)


def test_everybody_is_looked_at_anew_until_that_was_done_to_the_end(
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = connected(fake, staff, compare_every="never")
    ann, _ben = both = people("ann", "ben")
    join(staff, both)
    opened(engine, application)
    with monkeypatch.context() as broken:
        broken.setattr(looking, "desired_users", lambda **_what: 1 / 0)
        set_assignments(application=application, groups=[], roles=[], profiles=[])
        engine.work()
    assert Run.objects.get(kind=Run.Kind.CATCH_UP).state == Run.State.INCOMPLETE
    assert fake.users()["ann@acme.example"].get("active", True)

    assert start_due_runs() == {"runs": 1}
    engine.work()
    assert fake.users()["ann@acme.example"]["active"] is False
    assert str(ann.pk) in set(Link.objects.values_list("object_id", flat=True))
    assert start_due_runs() == {"runs": 0}


def test_a_run_that_no_worker_ends_is_ended(
    engine: Engine, application: Application, staff: DirectoryGroup
) -> None:
    opened(engine, application)
    run = start_full_run(application=application)
    Job.objects.all().delete()
    Run.objects.filter(pk=run.pk).update(created=timezone.now() - timedelta(hours=13))

    start_due_runs()

    run.refresh_from_db()
    assert run.state == Run.State.INCOMPLETE


def test_a_target_is_read_for_so_long_and_no_longer(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join(staff, people("ann"))
    opened(engine, application)
    monkeypatch.setattr(working_out, "LONGEST_READING", -1.0)
    run = start_full_run(application=application)
    engine.work()

    run.refresh_from_db()
    assert run.state == Run.State.INCOMPLETE
    assert "takes too long" in run.why
    assert Link.objects.filter(kind="User").count() == 1


def test_a_deactivation_that_changes_nothing_is_not_done(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)

    def stay_active(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "PATCH" and asked.path.startswith("/Users"):
            fake.users()["ann@acme.example"]["active"] = True
        return answer

    fake.after = stay_active
    leave(staff, [ann])
    engine.work()

    last = Operation.objects.filter(object_id=str(ann.pk)).latest("pk")
    assert last.state == OperationState.QUARANTINED
    assert "is active still" in last.last_error
    assert Link.objects.get(object_id=str(ann.pk)).is_active

    fake.after = lambda _asked, answer: answer
    assert retry_stuck(application=application) == 1
    engine.work()
    assert fake.users()["ann@acme.example"]["active"] is False


def test_of_a_target_that_lists_without_measure_little_is_kept_in_mind(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "MOST_BYTES_UNLINKED", 1_000)
    for number in range(250):
        fake.add("Users", userName=f"theirs{number}", title="x" * 100)
    run = make_plan(application=application)
    with time_limit(60.0), session_with(application) as session:
        shown = comparing.read_target(session, run, Kind.USER, each_page=lambda _read, _total: None)

    assert shown.is_complete
    assert len(shown.unlinked) == 100  # Those of the page on which there was room.
