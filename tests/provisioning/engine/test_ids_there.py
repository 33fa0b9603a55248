"""However a target spells the id of somebody, they are found, linked, and there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.services.users import deactivate_user
from provisioning.client.time_limit import time_limit
from provisioning.engine.runs import start_full_run
from provisioning.engine.sessions import session_with
from provisioning.models import Link, Operation, OperationState
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind
from tests.provisioning.engine.conftest import join, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

ANN = "ann@acme.example"
Spelled = dict[str, Any]

SPELLINGS: dict[str, Callable[[Spelled], Spelled]] = {
    "a text": lambda one: one,
    "a number": lambda one: {**one, "id": int(one["id"])},
    "in capitals": lambda one: {"ID": one.pop("id"), **one},
    "as .NET does": lambda one: {"Id": one.pop("id"), **one},
}
NO_IDS: tuple[Any, ...] = (
    None,
    True,
    False,
    1.5,
    "",
    " ",
    ".",
    "..",
    [],
    {},
    ["7"],
    {"value": "7"},
)


def spelled_so(fake: Fake, spell: Callable[[Spelled], Spelled]) -> None:
    """Let it number its users, and spell their ids so wherever it shows them."""

    def after(asked: Asked, answer: Answer) -> Answer:
        status, body, headers = answer
        if not isinstance(body, dict) or not asked.path.startswith("/Users"):
            return answer
        if "Resources" in body:
            shown = {**body, "Resources": [spell(dict(each)) for each in body["Resources"]]}
            return status, shown, headers
        return status, spell(dict(body)) if "userName" in body else body, headers

    fake.after = after


def numbered(fake: Fake, name: str) -> str:
    fake.number += 1
    key = f"{fake.number}"
    fake.held["Users"][key] = {"id": key, "userName": name, "active": True}
    return key


@pytest.fixture(params=SPELLINGS)
def spelling(request: pytest.FixtureRequest, fake: Fake) -> str:
    """Number users, which the fake calls r1, r2 … otherwise."""
    create = fake._create

    def made(held: dict[str, Spelled], asked: Asked) -> Answer:
        status, body, headers = create(held, asked)
        if status == 201 and "userName" in body:
            key = body["id"].removeprefix("r")
            held[key] = {**held.pop(body["id"]), "id": key}
            body = held[key]
        return status, body, headers

    fake._create = made  # type: ignore[method-assign]
    spelled_so(fake, SPELLINGS[request.param])
    return str(request.param)


@pytest.mark.usefixtures("spelling")
def test_who_is_there_already_is_linked_and_not_made_again(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    fake.accepts_twins = True
    key = numbered(fake, ANN)
    join(staff, people("ann"))

    opened(engine, application)

    assert Link.objects.get(kind="User").remote_id == key
    assert len(fake.held["Users"]) == 1


@pytest.mark.usefixtures("spelling")
def test_who_is_made_comes_once_and_leaves(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    fake.accepts_twins = True
    [ann] = people("ann")
    join(staff, [ann])
    spell = fake.after

    def drop_first(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST" and asked.path == "/Users":
            raise DropConnection
        return spell(asked, answer)

    fake.after = drop_first
    opened(engine, application)
    fake.after = spell
    engine.hurry()
    assert Link.objects.get(kind="User").remote_id in fake.held["Users"]
    run = start_full_run(application=application)
    engine.work()
    run.refresh_from_db()
    assert run.why == ""

    deactivate_user(user=ann)
    engine.work()
    assert [each["active"] for each in fake.held["Users"].values()] == [False]


@pytest.mark.parametrize("value", NO_IDS, ids=repr)
def test_what_is_no_id(value: object) -> None:
    assert id_of({"id": value}) == ""


@pytest.mark.parametrize("value", [None, True, "", "..", {}], ids=repr)
def test_who_is_answered_as_made_and_not_shown_is_made_once(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, value: object
) -> None:
    fake.accepts_twins = True
    join(staff, people("ann"))

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/Users":
            return answer
        if asked.method == "POST":
            return 201, {**answer[1], "id": value}, {}
        return 200, {"totalResults": 0, "Resources": []}, {}

    fake.after = after
    opened(engine, application)
    engine.hurry()

    assert len(fake.held["Users"]) == 1
    stuck = Operation.objects.get(kind="User")
    assert stuck.state == OperationState.QUARANTINED
    assert "answered as created" in stuck.last_error


def test_who_is_answered_as_made_without_a_body_is_looked_for(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    fake.after = lambda asked, answer: (
        (201, None, {}) if (asked.method, asked.path) == ("POST", "/Users") else answer
    )
    opened(engine, application)

    link = Link.objects.get(kind="User")
    assert (link.state, link.adopted) == (Link.State.LINKED, False)
    assert link.remote_id in fake.held["Users"]
    assert len(fake.held["Users"]) == 1


@pytest.mark.parametrize("value", [None, True, "", "..", {}], ids=repr)
def test_a_list_with_somebody_who_has_no_id_is_not_whole(
    engine: Engine, application: Application, fake: Fake, value: object
) -> None:
    fake.held["Users"]["x"] = {"id": value, "userName": "x"}

    with time_limit(20), session_with(application) as session:
        listing = session.target.list_all(Kind.USER)
        assert list(listing) == []
    assert not listing.is_complete
