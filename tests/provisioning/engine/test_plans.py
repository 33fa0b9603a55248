"""A plan is what is sent, or nothing is; what runs can be watched and stopped."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Plan
from accounts.services.users import UserFields, deactivate_user, update_user
from accounts.tenancy.scoping import tenant_id_scope
from provisioning.engine import figures
from provisioning.engine.errors import InputsChangedError, NothingSentError, NotPlannedError
from provisioning.engine.figures import tiles
from provisioning.engine.runs import make_plan, send_plan, start_full_run, stop_run
from provisioning.engine.scheduling import start_due_runs
from provisioning.engine.state import progress
from provisioning.engine.working_out import hash_of_plan
from provisioning.models import Link, Operation, OperationState, Run
from tests.provisioning.engine.conftest import join, opened, people
from tests.support.feed import feed_caught_up

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake


def planned(engine: Engine, application: Application) -> Run:
    feed_caught_up()
    run = make_plan(application=application)
    engine.work()
    run.refresh_from_db()
    assert run.state == Run.State.PLANNED, run.why
    return run


def test_what_is_sent_is_what_the_plan_showed(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann", "ben"))
    run = planned(engine, application)
    shown = {
        (each.object_id, each.plan_hash, each.steps[0]["action"], str(each.steps[0]["after"]))
        for each in Operation.objects.filter(run=run)
    }
    assert run.plan_hash == hash_of_plan(run)
    assert run.counts == {"create": 3}
    assert fake.writes == []

    send_plan(run=run)
    engine.work()

    run.refresh_from_db()
    assert run.state == Run.State.DONE
    done = Operation.objects.filter(run=run, state=OperationState.DONE)
    assert {
        (each.object_id, each.plan_hash, each.steps[0]["action"], str(each.steps[0]["after"]))
        for each in done
    } == shown
    assert run.plan_hash == hash_of_plan(run)
    assert fake.methods()["POST"] == 3
    with pytest.raises(NotPlannedError):
        send_plan(run=run)


def test_a_plan_of_another_mapping_is_refused(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    run = planned(engine, application)
    application.mapping_revision += 1
    application.save()

    with pytest.raises(InputsChangedError):
        send_plan(run=run)
    engine.work()
    assert fake.writes == []


@pytest.mark.parametrize("switch", ["update_users", "delete_groups", "push_memberships"])
def test_a_plan_of_other_switches_is_refused(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, switch: str
) -> None:
    join(staff, people("ann"))
    run = planned(engine, application)
    setattr(application, switch, not getattr(application, switch))
    application.save()

    with pytest.raises(InputsChangedError):
        send_plan(run=run)
    assert fake.writes == []


def test_a_plan_of_somebody_who_changed_is_refused(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    run = planned(engine, application)
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Other"))
    feed_caught_up()

    with pytest.raises(InputsChangedError):
        send_plan(run=run)
    assert fake.writes == []


def test_a_newer_plan_replaces_an_older_one(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    older = planned(engine, application)
    planned(engine, application)

    with pytest.raises(NotPlannedError):
        send_plan(run=older)


def test_nothing_is_written_before_the_first_plan_was_sent(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    engine.work()
    with pytest.raises(NothingSentError):
        start_full_run(application=application)
    planned(engine, application)

    assert fake.writes == []


def test_nothing_is_sent_while_it_is_paused_and_everything_afterwards(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    opened(engine, application)
    application.is_paused = True
    application.save()
    join(staff, people("ann"))
    before = len(fake.asked)
    engine.work()
    assert len(fake.asked) == before

    application.is_paused = False
    application.save()
    engine.work()
    assert set(fake.users()) == {"ann@acme.example"}


def test_a_plan_that_is_being_sent_is_not_overtaken_by_the_clock(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    run = planned(engine, application)
    fake.before = lambda asked: None if asked.method == "GET" else (503, {"detail": "Later."}, {})
    send_plan(run=run)
    engine.work()
    assert start_due_runs() == {"runs": 0}

    fake.before = lambda _asked: None
    engine.hurry()
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert start_due_runs() == {"runs": 1}


def test_a_lower_plan_sends_nothing(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, acme: Tenant
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)
    acme.plan = Plan.PROFESSIONAL
    acme.save()
    before = len(fake.asked)
    join(staff, [ben])
    engine.work()

    assert len(fake.asked) == before
    with pytest.raises(NothingSentError):
        start_full_run(application=application)

    acme.plan = Plan.ENTERPRISE
    acme.save()
    engine.work()
    assert "ben@acme.example" in fake.users()


def test_a_run_that_is_stopped_sends_no_more_than_the_request_under_way(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people(*(f"p{number}" for number in range(10))))
    run = planned(engine, application)

    send_plan(run=run)
    original = fake.answer

    def answer(asked: Asked) -> Answer:
        """Have it stopped while the worker waits for the third answer."""
        given = original(asked)
        if asked.method == "POST" and len(fake.writes) == 3:
            _stop_from_elsewhere(run)
        return given

    fake.answer = answer  # type: ignore[method-assign]
    engine.work()

    run.refresh_from_db()
    assert run.state == Run.State.STOPPED
    assert len(fake.writes) == 3
    assert Operation.objects.filter(run=run, state=OperationState.CANCELLED).count() >= 7
    assert not Operation.objects.filter(
        run=run, state__in=("waiting", "running", "unknown")
    ).exists()


def test_a_run_that_is_stopped_takes_nothing_along_that_came_due_meanwhile(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    fake.before = lambda asked: (503, {"detail": "Later."}, {}) if asked.method != "GET" else None
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann X"))
    run = start_full_run(application=application)
    engine.do_jobs()
    assert Operation.objects.filter(run=run, state=OperationState.WAITING).count() == 1

    deactivate_user(user=ann)
    engine.work()
    stop_run(run=run)
    fake.before = lambda _asked: None
    engine.hurry()

    assert fake.users()["ann@acme.example"]["active"] is False


def _stop_from_elsewhere(run: Run) -> None:
    """Stop it over another connection, as a request does, while a worker waits for an answer."""

    def stop() -> None:
        with tenant_id_scope(run.tenant_id):
            stop_run(run=run)
        connection.close()

    thread = Thread(target=stop)
    thread.start()
    thread.join()


def test_progress_and_tiles_say_how_things_stand(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben, cal = people("ann", "ben", "cal")
    join(staff, [ann, ben, cal])
    fake.before = lambda asked: (
        (400, {"scimType": "invalidValue", "detail": "unknown cost centre"}, {})
        if asked.method == "POST" and asked.body.get("userName") == "ben@acme.example"
        else None
    )
    run = opened(engine, application)

    shown = progress(run)
    assert (shown.done, shown.total, shown.failed) == (4, 4, 1)
    now = tiles(application)
    assert (now.assigned, now.in_step, now.quarantined, now.waiting, now.held) == (3, 2, 1, 0, 0)
    refused = Link.objects.get(object_id=str(ben.pk))
    assert "unknown cost centre" in refused.quarantine_reason

    posts = len(fake.writes)
    Operation.objects.update(next_try=timezone.now())
    start_full_run(application=application)
    engine.work()
    assert len(fake.writes) == posts

    fake.before = lambda _asked: None
    update_user(user=ben, values=UserFields(user_name="ben@acme.example", display_name="Ben B"))
    engine.work()
    assert "ben@acme.example" in fake.users()
    assert tiles(application).quarantined == 0


def test_of_very_many_people_about_how_many_is_told(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join(staff, people("ann", "ben", "cal"))
    opened(engine, application)
    exact = tiles(application)
    monkeypatch.setattr(figures, "MOST_COUNTED", 2)

    about = tiles(application)

    assert (exact.is_exact, exact.assigned, exact.in_step) == (True, 3, 3)
    # The last run has looked at their group as well.
    assert (about.is_exact, about.assigned, about.in_step) == (False, 4, 4)
    assert replace(about, is_exact=True, assigned=3, in_step=3) == exact
