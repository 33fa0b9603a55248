"""Targets as they are: they pause, refuse, speak dialects, and are changed by others."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, DirectoryGroup, Job, User
from accounts.services.users import UserFields, deactivate_user, reactivate_user, update_user
from provisioning.engine.deletions import delete_who_is_due
from provisioning.engine.retrying import lift_quarantine
from provisioning.engine.runs import start_full_run
from provisioning.models import Application, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.provisioning.engine.scim_fake import Fake, fake_scim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked


@pytest.fixture
def other() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


@pytest.mark.parametrize("says", ["seconds", "date"])
def test_a_target_that_asks_to_wait_is_left_alone_by_everybody_and_no_other_is(
    engine: Engine, application: Application, fake: Fake, other: Fake, says: str
) -> None:
    staff = DirectoryGroup.objects.get()
    second = connected(other, staff)
    opened(engine, application)
    opened(engine, second)
    pause = 7
    refused_at: list[float] = []

    def refuse_once(asked: Asked) -> Answer | None:
        if asked.method == "GET" or refused_at:
            return None
        refused_at.append(time.monotonic())
        until = datetime.now(UTC) + timedelta(seconds=pause + 1)
        value = str(pause) if says == "seconds" else until.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return 429, {"detail": "Slow down."}, {"Retry-After": value}

    fake.before = refuse_once
    join(staff, people("ann", "ben"))
    engine.work()
    for _worker in range(3):
        engine.hurry()
    assert set(other.users()) == {"ann@acme.example", "ben@acme.example"}
    assert fake.users() == {}
    asked = len(fake.asked)
    while time.monotonic() < refused_at[0] + pause - 0.5:
        engine.hurry()
        assert len(fake.asked) == asked
        time.sleep(0.2)
    time.sleep(2.0)
    engine.hurry()

    assert set(fake.users()) == {"ann@acme.example", "ben@acme.example"}
    later = [each.at for each in fake.asked[asked:]]
    assert min(later) - refused_at[0] >= pause - 0.1


def test_a_target_that_refuses_the_token_is_asked_nothing_more_and_admins_are_told_once(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, alice: User
) -> None:
    opened(engine, application)
    fake.before = lambda _asked: (401, {"detail": "Token revoked."}, {})
    join(staff, people("ann", "ben"))
    before = len(fake.asked)
    engine.work()
    engine.hurry()

    application.refresh_from_db()
    assert application.quarantined_at is not None
    assert "Token revoked." in application.quarantine_reason
    assert len(fake.asked) == before + 1
    assert AuditEntry.objects.filter(action="application.quarantined").count() == 1
    letters = Job.objects.filter(kind="accounts.send_letter_to")
    assert letters.count() == 1
    assert mail.outbox == []

    fake.before = lambda _asked: None
    lift_quarantine(application=application)
    engine.work()
    assert len(fake.users()) == 2


def test_a_refused_object_is_not_tried_again_until_it_changes(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    fake.before = lambda asked: (
        (400, {"scimType": "invalidValue", "detail": "No."}, {})
        if asked.method == "POST" and "ann" in asked.body.get("userName", "")
        else None
    )
    opened(engine, application)
    asked = len(fake.asked)
    engine.hurry()
    engine.hurry()

    assert len(fake.asked) == asked
    assert "ben@acme.example" in fake.users()
    last = Operation.objects.filter(object_id=str(ann.pk)).latest("pk")
    assert (last.state, last.last_error) == (OperationState.QUARANTINED, "400 invalidValue: No.")


@pytest.mark.parametrize("understands", ["PATCH", "PUT"])
def test_what_is_cleared_here_is_cleared_there(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    understands: str,
) -> None:
    if understands == "PUT":
        fake.before = lambda asked: (
            (501, {"detail": "No PATCH."}, {}) if asked.method == "PATCH" else None
        )
    [ann] = people("ann")
    numbers = {"phoneNumbers": [{"type": "work", "value": "+1 555 0100"}]}
    update_user(user=ann, values=replace(UserFields.of(ann), attributes=numbers))
    join(staff, [ann])
    opened(engine, application)
    assert fake.users()["ann@acme.example"]["phoneNumbers"] == numbers["phoneNumbers"]

    update_user(user=ann, values=replace(UserFields.of(ann), attributes={}))
    engine.work()

    assert not fake.users()["ann@acme.example"].get("phoneNumbers")
    if understands == "PUT":
        assert fake.methods()["PATCH"] == 1  # Remembered: the membership is a PUT, too.
        assert fake.methods()["PUT"] == 2


def aws(fake: Fake) -> None:
    """Let it do as AWS IAM Identity Center does: 100 changes, no lists of members."""

    def before(asked: Asked) -> Answer | None:
        if asked.method == "PATCH" and asked.path.startswith("/Groups"):
            values = [
                value for operation in asked.body["Operations"] for value in _values(operation)
            ]
            seen.append(len(values))
            if any(each["op"].lower() == "replace" for each in asked.body["Operations"]):
                return 400, {"detail": "No replace."}, {}
            if len(values) > 100:
                return 400, {"detail": "Too many."}, {}
        return None

    def after(asked: Asked, answer: Answer) -> Answer:
        status, body, headers = answer
        if isinstance(body, dict) and asked.path.startswith("/Groups"):
            body = _without_members(body)
        return status, body, headers

    seen: list[int] = []
    fake.before, fake.after = before, after


def _values(operation: dict[str, Any]) -> list[Any]:
    value = operation.get("value")
    if isinstance(value, dict):
        value = value.get("members", [])
    return value if isinstance(value, list) else [operation["path"]]


def _without_members(body: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in body.items() if name != "members"}
    if "Resources" in shown:
        shown["Resources"] = [_without_members(each) for each in shown["Resources"]]
    return shown


def test_members_go_in_chunks_and_also_leave_where_none_are_listed(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number = None
    application.save()
    aws(fake)
    everybody = people(*(f"p{number:03}" for number in range(250)))
    join(staff, everybody)
    opened(engine, application)

    assert len(fake.members("Staff")) == 250
    patches = [
        sum(len(_values(operation)) for operation in each.body["Operations"])
        for each in fake.asked
        if each.method == "PATCH" and each.path.startswith("/Groups")
    ]
    assert max(patches) <= 100
    assert sum(patches) == 250

    leave(staff, everybody[:120])
    engine.work()
    assert len(fake.members("Staff")) == 130
    start_full_run(application=application)
    engine.work()
    before = len(fake.writes)
    start_full_run(application=application)
    engine.work()
    assert len(fake.writes) == before
    assert len(fake.members("Staff")) == 130


def test_a_member_who_comes_into_scope_after_the_group_is_put_in(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    team = create_group(values=GroupFields(display_name="Team"))
    application = connected(fake, staff)
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    join(team, [ann, ben])
    opened(engine, application)
    fake.before = lambda asked: (
        (503, {"detail": "Later."}, {})
        if asked.method == "POST" and asked.body.get("userName") == "ben@acme.example"
        else None
    )
    join(staff, [ben])
    engine.work()
    assert len(fake.members("Staff")) == 1

    fake.before = lambda _asked: None
    engine.hurry()
    assert len(fake.members("Staff")) == 2


@pytest.mark.parametrize("policy", ["report", "overwrite", "accept"])
def test_what_somebody_changed_at_the_target(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake, policy: str
) -> None:
    application = connected(fake, staff, drift=policy)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    there = fake.users()["ann@acme.example"]
    there["displayName"] = "Changed There"
    before = len(fake.writes)

    start_full_run(application=application)
    engine.work()
    link = Link.objects.get(object_id=str(ann.pk))
    if policy == "overwrite":
        assert there["displayName"] == "Ann Example"
        assert len(fake.writes) == before + 1
    else:
        assert there["displayName"] == "Changed There"
        assert len(fake.writes) == before
    expected = {"displayName": ["Ann Example", "Changed There"]} if policy == "report" else {}
    assert link.drift == expected
    assert link.seen["displayName"] == there["displayName"]

    before = len(fake.writes)
    start_full_run(application=application)
    engine.work()
    assert len(fake.writes) == before


@pytest.mark.parametrize("fault", ["repeats", "shrinks", "lies"])
def test_a_list_that_is_not_whole_takes_nobody_away(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, fault: str
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    for number in range(250):
        fake.add("Users", userName=f"theirs{number}")

    def spoil(asked: Asked, answer: Answer) -> Answer:
        status, body, headers = answer
        if asked.path != "/Users" or "startIndex" not in asked.query:
            return answer
        start = int(asked.query["startIndex"])
        if fault == "repeats" and start > 200:
            body = {**body, "Resources": list(fake.held["Users"].values())[100:152]}
        if fault == "shrinks" and start > 1:
            body = {**body, "totalResults": 150, "Resources": body["Resources"][:49]}
        if fault == "lies":
            body = {**body, "totalResults": 400}
        return status, body, headers

    fake.after = spoil
    before = len(fake.writes)
    leave(staff, [ann])
    run = start_full_run(application=application)
    engine.do_jobs()

    run.refresh_from_db()
    assert run.why
    sent = [each for each in fake.writes[before:] if each.path.startswith("/Users")]
    assert sent == []
    assert Link.objects.filter(kind="User").count() == 2


def test_a_person_who_comes_back_has_the_same_account(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    key = fake.users()["ann@acme.example"]["id"]
    deactivate_user(user=ann)
    engine.work()
    assert fake.held["Users"][key]["active"] is False

    reactivate_user(user=ann)
    engine.work()
    assert fake.held["Users"][key]["active"] is True
    assert fake.methods()["POST"] == 2  # The person, and the group.
    assert len(fake.users()) == 1


def test_whoever_is_deactivated_is_deleted_after_the_days_that_were_said(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(
        fake, staff, on_left_scope="deactivate_then_delete", delete_after_days=30
    )
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    leave(staff, [ann])
    engine.work()
    link = Link.objects.get(object_id=str(ann.pk))
    assert link.delete_due is not None
    assert timedelta(days=29) < link.delete_due - timezone.now() < timedelta(days=31)
    assert delete_who_is_due() == {"deletions": 0}
    assert fake.methods()["DELETE"] == 0

    Link.objects.filter(pk=link.pk).update(delete_due=timezone.now() - timedelta(minutes=1))
    assert delete_who_is_due() == {"deletions": 1}
    engine.work()
    assert fake.methods()["DELETE"] == 1
    assert fake.users() == {}
    assert delete_who_is_due() == {"deletions": 0}


def insightly(fake: Fake) -> list[str]:
    """Let it do as Insightly's SCIM does; return what it was asked that it forbids."""
    forbidden: list[str] = []

    def before(asked: Asked) -> Answer | None:
        wrong = _wrong_for_insightly(asked)
        if wrong:
            forbidden.append(wrong)
            return 400, {"detail": wrong}, {}
        if asked.method == "DELETE":
            fake.held["Users"][asked.path.rsplit("/", 1)[1]]["active"] = False
            return 204, None, {}
        if asked.method == "POST":
            asked.body["active"] = True
        return None

    fake.before = before
    return forbidden


def _wrong_for_insightly(asked: Asked) -> str:
    if not asked.path.startswith(("/Users", "/ServiceProviderConfig")):
        return f"There is no {asked.path}."
    if "filter" in asked.query and not asked.query["filter"].startswith("userName eq "):
        return f"Cannot filter by {asked.query['filter']}."
    operations = asked.body["Operations"] if asked.method == "PATCH" else []
    if any(each["op"].lower() != "replace" for each in operations):
        return "Only replace."
    if "emails" in str(operations) or (asked.method == "PUT" and "emails" in asked.body):
        return "emails is read-only."
    return ""


def test_a_target_without_groups_that_only_replaces_is_asked_nothing_that_it_forbids(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, catalogue_key="insightly", on_left_scope="delete")
    forbidden = insightly(fake)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    key = fake.users()["ann@acme.example"]["id"]

    values = UserFields(
        user_name="ann@acme.example", display_name="Ann New", email="other@acme.example"
    )
    update_user(user=ann, values=values)
    engine.work()
    assert fake.held["Users"][key]["displayName"] == "Ann New"

    deactivate_user(user=ann)
    engine.work()
    assert fake.held["Users"][key]["active"] is False
    reactivate_user(user=ann)
    engine.work()
    assert fake.held["Users"][key]["active"] is True
    leave(staff, [ann])
    engine.work()
    assert fake.held["Users"][key]["active"] is False
    join(staff, [ann])
    engine.work()
    assert fake.held["Users"][key]["active"] is True

    start_full_run(application=application)
    engine.work()
    assert len(fake.held["Users"]) == 1
    assert forbidden == []
