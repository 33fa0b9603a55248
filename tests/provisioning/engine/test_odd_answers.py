"""Answers that say something else than they seem to: refusals, others' accounts, odd abilities."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Job
from accounts.secrets.encryption import seal_json
from accounts.services.users import UserFields, deactivate_user, delete_user, update_user
from accounts.tenancy.unscoped import every_tenant
from accounts.trail.retention import erase_person
from provisioning.engine import deletions
from provisioning.engine.deciding import allow_removals
from provisioning.engine.deletions import delete_who_is_due
from provisioning.engine.dialects import dialect_at
from provisioning.engine.errors import InputsChangedError
from provisioning.engine.figures import tiles
from provisioning.engine.retrying import lift_quarantine
from provisioning.engine.runs import make_plan, send_plan
from provisioning.models import Application, Conflict, Follower, Link, Operation, OperationState
from provisioning.models.applications import SEALED_TOKEN
from provisioning.services.assignments import set_assignments
from provisioning.services.connections import Connection, change_connection
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ANN = "ann@acme.example"


@pytest.mark.parametrize("status", [None, 200, "204", "x", 999, [], {"a": 1}], ids=repr)
@pytest.mark.parametrize("policy", ["deactivate", "delete"])
def test_a_leaver_whom_an_error_keeps_is_kept_whatever_its_status(  # noqa: PLR0913, PLR0917 - fixtures
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    policy: str,
    status: Any,
) -> None:
    application = connected(fake, staff, on_left_scope=policy)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    error = {"schemas": [ERROR], "detail": "They own things.", "status": status}
    fake.before = lambda asked: (200, error, {}) if asked.method in {"PATCH", "DELETE"} else None

    leave(staff, [ann])
    engine.work()

    assert Link.objects.filter(kind="User").count() == 1
    assert tiles(application).kept == 1


def shown_in_place_of(fake: Fake, key: str, other: Callable[[], Any]) -> None:
    """Let it answer with something else when it is asked for one person."""

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "GET" and asked.path == f"/Users/{key}":
            return 200, other(), {}
        return answer

    fake.after = after


@pytest.mark.parametrize("what", ["somebody else", "a list of one", "a list of nobody"])
def test_nobody_gets_the_attributes_of_what_was_shown_in_their_place(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, what: str
) -> None:
    fake.config = {"patch": {"supported": False}}
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    users = fake.users()
    theirs = users["ben@acme.example"]
    theirs["nickName"] = "secret of ben"
    key = users[ANN]["id"]
    shown: dict[str, Any] = {
        "somebody else": theirs,
        "a list of one": {"totalResults": 1, "Resources": [theirs]},
        "a list of nobody": {"totalResults": 0, "Resources": []},
    }
    shown_in_place_of(fake, key, lambda: shown[what])

    update_user(user=ann, values=UserFields(user_name=ANN, display_name="Ann X"))
    engine.work()

    assert not [each for each in fake.writes if each.path == f"/Users/{key}"]
    waiting = Operation.objects.get(state=OperationState.WAITING)
    assert "something else than was asked for" in waiting.last_error
    fake.after = lambda _asked, answer: answer
    engine.hurry()
    assert fake.held["Users"][key]["displayName"] == "Ann X"
    assert "nickName" not in fake.held["Users"][key]


def test_what_a_change_is_answered_with_is_not_kept_of_somebody_else(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    theirs = fake.users()["ben@acme.example"]
    fake.after = lambda asked, answer: (200, theirs, {}) if asked.method == "PATCH" else answer

    update_user(user=ann, values=UserFields(user_name=ANN, display_name="Ann X"))
    engine.work()

    link = Link.objects.get(object_id=str(ann.pk))
    assert link.seen["userName"] == ANN
    assert link.seen["displayName"] == "Ann X"


def test_one_whom_a_group_does_not_take_keeps_nobody_in_it(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben, cal = people("ann", "ben", "cal")
    others = create_group(values=GroupFields(display_name="Others"))
    join(staff, [ann, ben])
    join(others, [ann, ben, cal])
    set_assignments(application=application, groups=[staff, others], roles=[], profiles=[])
    opened(engine, application)
    keys = {name.partition("@")[0]: each["id"] for name, each in fake.users().items()}
    fake.before = lambda asked: (
        (400, {"detail": "No."}, {})
        if asked.method == "PATCH" and any(o["op"] == "add" for o in asked.body["Operations"])
        else None
    )

    join(staff, [cal])
    leave(staff, [ann])
    engine.work()

    assert fake.members("Staff") == {keys["ben"]}


@pytest.mark.parametrize("when", ["before it is sent", "while it is under way"])
def test_a_credential_that_was_replaced(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, when: str
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)
    join(staff, [ben])
    if when == "before it is sent":
        run = make_plan(application=application)
        engine.work()
        run.refresh_from_db()
        change_connection(
            application=application,
            connection=Connection(base_url=application.base_url, token="another one"),
        )
        with pytest.raises(InputsChangedError):
            send_plan(run=run)
        return

    def refuse_the_old_one(asked: Asked) -> Answer | None:
        if asked.method != "POST" or fake.methods()["POST"] > before + 1:
            return None
        # In the moment in which it is asked, somebody stores another one.
        sealed = seal_json("another one", SEALED_TOKEN).decode()
        with every_tenant():
            Application.objects.filter(pk=application.pk).update(token=sealed)
        connection.close()  # Of the thread of the fake.
        return 401, {"detail": "Who are you?"}, {}

    before = fake.methods()["POST"]

    fake.before = refuse_the_old_one
    engine.work()

    application.refresh_from_db()
    assert application.quarantined_at is None
    assert "ben@acme.example" in fake.users()


def test_a_leaver_of_whom_nothing_was_planned_yet_is_kept_and_told(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)

    def leaves_meanwhile(asked: Asked) -> Answer | None:
        if asked.method == "PATCH" and asked.path.startswith("/Users/"):
            raise DropConnection
        return None

    fake.before = leaves_meanwhile
    update_user(user=ann, values=UserFields(user_name=ANN, display_name="Ann X"))
    engine.work()
    fake.before = lambda asked: (
        (403, {"detail": "No."}, {}) if asked.path.startswith("/Users/") else None
    )
    Operation.objects.filter(state=OperationState.WAITING).update(steps=[])
    deactivate_user(user=ann)
    Operation.objects.filter(state=OperationState.WAITING).update(steps=[], main_action="")
    engine.work()
    engine.hurry()

    assert tiles(application).kept == 1


def test_what_is_held_of_who_was_erased_is_allowed_as_it_is_shown(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, on_deleted="delete", removal_number=0)
    [ann] = people("ann")
    key = ann.pk
    join(staff, [ann])
    opened(engine, application)
    delete_user(user=ann)
    engine.work()
    erase_person(person_id=key)
    held = Operation.objects.get(state=OperationState.HELD)
    assert "ann" not in str([held.name, held.steps, held.last_error]).lower()

    assert allow_removals(application=application) == 1
    engine.work()

    assert fake.users() == {}


def test_everybody_whose_days_are_over_has_a_turn_also_behind_those_who_stay(
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deletions, "_PORTION", 1)
    application = connected(
        fake, staff, on_left_scope="deactivate_then_delete", on_deactivated="deactivate_then_delete"
    )
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    deactivate_user(user=ann)
    leave(staff, [ben])
    engine.work()
    application.refresh_from_db()
    application.on_deactivated = "deactivate"
    application.save()
    Link.objects.filter(kind="User").update(delete_due=application.created)

    delete_who_is_due()
    engine.work()

    assert set(fake.users()) == {ANN}


JUNK: tuple[Any, ...] = (None, True, -1, 0, 1e308, "x", [], {"supported": 1})


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("name", ["patch", "filter", "etag", "pagination"])
def test_whatever_a_target_says_of_itself_it_can_be_spoken_to(  # noqa: PLR0913, PLR0917 - fixtures
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    name: str,
    junk: Any,
) -> None:
    fake.config = {
        name: junk,
        "filter" if name != "filter" else "x": {"supported": True, "maxResults": junk},
    }
    fake.before = lambda asked: (405, {}, {}) if asked.method == "PATCH" else None
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    update_user(user=ann, values=UserFields(user_name=ANN, display_name="Ann X"))
    engine.work()

    application.refresh_from_db()
    dialect_at(application)
    assert fake.users()[ANN]["displayName"] == "Ann X"


def test_of_what_a_target_says_of_itself_no_more_is_kept_than_is_bounded(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    fake.config = {"patch": {"supported": True}, "documentationUri": "x" * 1_000_000}
    join(staff, people("ann"))
    opened(engine, application)

    application.refresh_from_db()
    assert len(str(application.learned)) < 100_000
    assert application.learned["config"]["patch"] == {"supported": True}


def test_where_the_target_cannot_filter_what_is_in_the_way_is_shown(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    fake.config = {"patch": {"supported": True}, "filter": {"supported": False}}
    theirs = fake.add("Users", userName=ANN)
    join(staff, people("ann"))
    opened(engine, application)

    assert not Conflict.objects.exists()
    assert Link.objects.get(kind="User").remote_id == theirs


@pytest.mark.parametrize("found", [None, {"detail": "No such user."}], ids=["nothing", "an error"])
def test_a_search_that_finds_nothing_may_be_answered_with_404(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, found: Any
) -> None:
    fake.before = lambda asked: (404, found, {}) if "filter" in asked.query else None
    join(staff, people("ann"))
    opened(engine, application)

    assert set(fake.users()) == {ANN}


def test_a_credential_that_no_key_opens_is_tried_later_and_told_after_an_hour(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    Application.objects.filter(pk=application.pk).update(token="sealed by whoever has left")
    leave(staff, [ann])
    engine.work()
    application.refresh_from_db()
    assert application.quarantine_reason == ""
    assert not Job.objects.filter(state=Job.State.FAILED).exists()
    resting = Follower.objects.get(application=application).rests_until
    assert resting is not None

    an_hour_ago = timezone.now() - timedelta(hours=2)
    Operation.objects.filter(state=OperationState.WAITING).update(next_try=an_hour_ago)
    Follower.objects.update(rests_until=None)
    engine.work()
    application.refresh_from_db()
    assert "Enter it anew" in application.quarantine_reason

    change_connection(
        application=application,
        connection=Connection(base_url=application.base_url, token="another one"),
    )
    lift_quarantine(application=application)
    Follower.objects.update(rests_until=None)
    engine.work()
    assert fake.users()[ANN]["active"] is False
