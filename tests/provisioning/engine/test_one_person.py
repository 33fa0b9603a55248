"""One person in five visible steps, the log of it, and how it is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services.users import UserFields, delete_user, update_user
from accounts.trail.retention import erase_person
from provisioning.engine import testing
from provisioning.engine.conflicts import Choice, resolve_conflict
from provisioning.engine.one_person import Part, provision_person
from provisioning.engine.retention import prune_log
from provisioning.engine.retrying import retry_operation, retry_stuck
from provisioning.engine.revealing import reveal_exchange
from provisioning.engine.runs import start_full_run
from provisioning.engine.state import state_at_applications
from provisioning.models import Conflict, Exchange, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake


def test_a_person_is_provisioned_at_once_in_five_steps(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    opened(engine, application)
    [ann] = people("ann")
    join(staff, [ann])

    shown = provision_person(application=application, user=ann)

    assert [each.step for each in shown] == list(Part)
    assert all(each.ok for each in shown), shown
    assert set(fake.users()) == {"ann@acme.example"}
    act = shown[-1]
    assert act.after["userName"] == "ann@acme.example"
    assert [each.method for each in act.exchanges] == ["GET", "GET", "POST"]
    engine.work()
    assert len(fake.members("Staff")) == 1
    assert [each for each in fake.writes if each.path == "/Users"][1:] == []
    [state] = state_at_applications(ann)
    assert (state.state, state.remote_id) == ("in_step", "r2")


def test_a_step_that_fails_says_why_and_the_later_ones_are_not_come_to(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    opened(engine, application)
    [ann] = people("ann")
    join(staff, [ann])
    fake.before = lambda asked: (
        (400, {"scimType": "invalidValue", "detail": "unknown cost centre 4410"}, {})
        if asked.method == "POST"
        else None
    )
    refused = provision_person(application=application, user=ann)[-1]
    assert (refused.step, refused.ok) == (Part.ACT, False)
    assert "unknown cost centre 4410" in refused.says

    fake.before = lambda _asked: (401, {"detail": "No."}, {})
    shown = provision_person(application=application, user=ann)
    assert [each.ok for each in shown] == [False, None, None, None, None]


def test_nothing_is_written_of_one_person_before_the_first_plan(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])

    shown = provision_person(application=application, user=ann)

    assert shown[-1].ok is False
    assert shown[-1].after["userName"] == "ann@acme.example"
    assert fake.writes == []


def test_a_connection_is_tried_in_five_steps(
    engine: Engine, application: Application, fake: Fake
) -> None:
    checked = testing.test_connection(application=application)
    assert [(each.part, each.ok) for each in checked] == [(part, True) for part in testing.Part]
    application.refresh_from_db()
    assert application.learned["config"] == fake.config
    assert fake.writes == []

    fake.before = lambda _asked: (200, b"<html>Sign in</html>", {"Content-Type": "text/html"})
    by_part = {each.part: each for each in testing.test_connection(application=application)}
    assert by_part[testing.Part.USERS].ok is False

    fake.before = lambda _asked: (403, {"detail": "No such token."}, {})
    by_part = {each.part: each for each in testing.test_connection(application=application)}
    assert by_part[testing.Part.TOKEN].ok is False
    assert "No such token." in by_part[testing.Part.TOKEN].says
    assert by_part[testing.Part.USERS].ok is None


def test_an_answer_that_was_lost_is_read_before_anything_else_is_planned(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)

    def drop(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "PATCH":
            raise DropConnection
        return answer

    fake.after = drop
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Other"))
    engine.work()
    assert fake.users()["ann@acme.example"]["displayName"] == "Other"
    update_user(
        user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann Example")
    )
    engine.work()
    fake.after = lambda _asked, answer: answer
    engine.hurry()

    assert fake.users()["ann@acme.example"]["displayName"] == "Ann Example"
    assert Link.objects.get(object_id=str(ann.pk)).unsettled == {}


def test_a_conflict_may_be_decided_by_creating_another_account_or_by_ignoring(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, adopt="ask")
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    fake.add("Users", userName="old", externalId=str(ann.pk))
    fake.add("Users", userName="older", externalId=str(ben.pk))
    opened(engine, application)
    of = {each.object_id: each for each in Conflict.objects.all()}
    assert len(of) == 2

    resolve_conflict(conflict=of[str(ben.pk)], choice=Choice.IGNORE)
    resolve_conflict(conflict=of[str(ann.pk)], choice=Choice.CREATE)
    engine.work()

    assert "ann@acme.example" in fake.users()
    assert "ben@acme.example" not in fake.users()
    assert AuditEntry.objects.filter(action="application.conflict_resolved").count() == 2


def test_what_is_stuck_is_tried_again_when_somebody_says_so(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    fake.before = lambda asked: (
        (400, {"detail": "No."}, {}) if (asked.method, asked.path) == ("POST", "/Users") else None
    )
    opened(engine, application)
    assert fake.users() == {}

    fake.before = lambda _asked: None
    retry_operation(operation=Operation.objects.get(object_id=str(ann.pk)))
    engine.work()
    assert set(fake.users()) == {"ann@acme.example"}
    assert retry_stuck(application=application) == 1
    engine.work()
    assert len(fake.users()) == 2


def test_bodies_are_shown_unmasked_only_where_they_are_kept_and_that_is_recorded(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    post = Exchange.objects.get(method="POST", url__endswith="/Users")
    assert reveal_exchange(exchange=post) is None

    application.keeps_bodies = True
    application.save()
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Seen"))
    engine.work()
    patch = Exchange.objects.filter(method="PATCH", url__contains="/Users").latest("pk")
    bodies = reveal_exchange(exchange=patch)
    assert bodies is not None
    assert "Seen" in str(bodies.request)
    assert AuditEntry.objects.filter(action="application.exchange_revealed").count() == 1


def test_the_log_is_kept_for_its_days_and_what_is_under_way_longer(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    opened(engine, application)
    assert Operation.objects.count() == 2
    Operation.objects.update(ended=timezone.now() - timedelta(days=29))
    assert prune_log() == 0
    Operation.objects.update(ended=timezone.now() - timedelta(days=31))
    kept = Operation.objects.order_by("pk").first()
    assert kept is not None
    kept.state, kept.ended = OperationState.HELD, None
    kept.save()

    assert prune_log() == 1
    assert list(Operation.objects.all()) == [kept]
    assert Exchange.objects.exclude(operation=kept).count() == 0


def test_somebody_who_is_erased_is_erased_from_the_log(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    application.on_deleted = "deactivate"
    application.save()
    opened(engine, application)
    key = ann.pk
    delete_user(user=ann)
    engine.work()

    erase_person(person_id=key)

    assert not Operation.objects.filter(object_id=str(key)).exists()
    link = Link.objects.get(object_id=str(key))
    assert (link.name, link.applied, link.seen) == ("", {}, {})
    assert Operation.objects.filter(object_id=str(ben.pk)).exists()
    assert "ann" not in str(list(Exchange.objects.filter(url__contains="/Users").values())).lower()


def test_somebody_who_was_erased_is_not_kept_anew_when_the_target_shows_them(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    person_id = ann.pk
    key = str(person_id)
    fake.before = lambda asked: (503, {"detail": "Later."}, {}) if asked.method != "GET" else None
    delete_user(user=ann)
    engine.work()
    waiting = Operation.objects.get(object_id=key, state=OperationState.WAITING)
    assert Exchange.objects.filter(operation=waiting).exists()

    erase_person(person_id=person_id)
    assert not Exchange.objects.filter(operation=waiting).exists()

    fake.before = lambda _asked: None
    engine.hurry()
    assert fake.users()["ann@acme.example"]["active"] is False
    start_full_run(application=application)
    engine.work()
    link = Link.objects.get(object_id=key)
    assert (link.name, link.applied, link.seen, link.is_active) == ("", {}, {}, False)


def test_the_log_masks_whom_a_request_asks_for(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)

    assert "ann@acme.example" in str([each.query for each in fake.asked])
    addresses = list(Exchange.objects.values_list("url", flat=True))
    assert any("filter=userName" in each for each in addresses)
    assert not [each for each in addresses if "acme.example" in each or str(ann.pk) in each]
