"""Removals that were held are done as the page showed them, to whom it showed, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Role
from provisioning.engine.deciding import allow_removals
from provisioning.models import Operation, OperationState
from provisioning.services.applications import empty_application
from provisioning.services.settings import set_leaving
from tests.conftest import person, signed_in
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.support.html_forms import read_forms, text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import DirectoryGroup, Tenant, User
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


@pytest.fixture
def console(tenant: Tenant) -> Client:
    return signed_in(person(tenant, "Adele", Role.ADMIN))


def three_held(engine: Engine, application: Application, staff: DirectoryGroup) -> list[User]:
    """Have three people leave of whom at most one may leave at once."""
    application.removal_number = 1
    application.save()
    everybody = people("ann", "ben", "cid", "dan")
    join(staff, everybody)
    opened(engine, application)
    leave(staff, everybody[:3])
    engine.work()
    assert Operation.objects.filter(state=OperationState.HELD).count() == 3
    return everybody


def held_page(console: Client, application: Application) -> str:
    return text_of(console.get(url(application, "held")))


def url(application: Application, name: str) -> str:
    return reverse(f"console:provisioning_application_{name}", args=[application.pk])


def press(console: Client, application: Application, page: str) -> str:
    """Press *Allow* as it was on a page; return what is said."""
    [form] = [each for each in read_forms(page) if each.action.endswith("allow-removals/")]
    return text_of(console.post(form.action, form.fields, follow=True))


def to_deletions(application: Application) -> None:
    application.refresh_from_db()
    set_leaving(application=application, values={"on_left_scope": "delete"})


def test_what_is_stricter_by_now_is_shown_anew_and_not_done(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, console: Client
) -> None:
    three_held(engine, application, staff)
    shown = console.get(url(application, "held")).content.decode()
    to_deletions(application)

    told = press(console, application, shown)
    engine.work()
    assert "0 removals are sent. 3 would be others by now: look at them again." in told
    assert fake.methods()["DELETE"] == 0
    assert "Delete" in held_page(console, application)

    assert "has changed" in press(console, application, shown)  # That page showed something else.
    engine.work()
    assert fake.methods()["DELETE"] == 0

    now = console.get(url(application, "held")).content.decode()
    assert "3 removals are sent." in press(console, application, now)
    engine.work()
    assert set(fake.users()) == {"dan@acme.example"}


def test_what_becomes_stricter_after_it_was_allowed_is_held_anew(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    three_held(engine, application, staff)
    assert allow_removals(application=application) == 3
    to_deletions(application)
    engine.work()

    assert fake.methods()["DELETE"] == 0
    held = Operation.objects.filter(state=OperationState.HELD)
    assert {each.main_action for each in held} == {"delete"}
    assert held.count() == 3


def test_nobody_else_goes_with_those_who_are_allowed(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, console: Client
) -> None:
    everybody = three_held(engine, application, staff)
    shown = console.get(url(application, "held")).content.decode()
    leave(staff, everybody[3:])
    engine.work()

    press(console, application, shown)
    engine.work()

    assert all(each.get("active") is not False for each in fake.users().values())


def test_what_is_held_stays_held_until_somebody_decides(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    everybody = three_held(engine, application, staff)
    Operation.objects.update(created="2020-01-01T00:00Z")  # An hour later.
    join(staff, everybody[:2])
    engine.work()
    leave(staff, everybody[:1])
    engine.work()

    active = {name for name, each in fake.users().items() if each.get("active") is not False}
    assert "cid@acme.example" in active
    assert Operation.objects.get(state=OperationState.HELD).object_id == str(everybody[2].pk)


def test_removing_everybody_removes_the_groups_that_we_made_and_says_how_many(
    engine: Engine, tenant: Tenant, fake: Fake, staff: DirectoryGroup, console: Client
) -> None:
    application = connected(fake, staff, delete_groups=False, group_choice="all", removal_number=1)
    fake.add("Users", userName="ann@acme.example", active=True)
    join(staff, people("ann", "ben", "cid"))
    opened(engine, application)
    page = console.get(url(application, "delete")).content.decode()
    assert "3 people and 1 group." in text_of(console.get(url(application, "delete")))
    assert "2 people and 1 group are deleted there." in page
    assert "Those that were there before us stay: 1 person." in page
    [form] = [each for each in read_forms(page) if "leaving" in each.fields]

    told = text_of(
        console.post(url(application, "delete"), {**form.fields, "leaving": "remove"}, follow=True)
    )
    engine.work()

    assert f"3 people and 1 group leave {application.name} now." in told
    assert fake.held["Groups"] == {}
    assert {name: each["active"] for name, each in fake.users().items()} == {
        "ann@acme.example": False
    }


def test_what_was_held_goes_with_everybody(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    three_held(engine, application, staff)
    application.refresh_from_db()
    empty_application(application=application)
    engine.work()

    assert fake.users() == {}
    assert fake.held["Groups"] == {}
