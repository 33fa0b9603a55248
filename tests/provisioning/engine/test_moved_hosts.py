"""An application that moves to another host takes nothing of the old target along."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry, Role
from accounts.services.users import UserFields, deactivate_user, update_user
from accounts.tenancy.scoping import tenant_id_scope
from provisioning.models import (
    Application,
    Conflict,
    Link,
    LinkMember,
    Operation,
    OperationState,
    Run,
)
from provisioning.services.connections import Connection, change_connection
from tests.conftest import person, signed_in
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.html_forms import submit, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import DirectoryGroup, Tenant
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked


@pytest.fixture
def elsewhere() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


def moved(application: Application, to: Fake, *, path: str = "") -> Application:
    connection = Connection(base_url=to.base_url + path, token="t")
    change_connection(application=application, connection=connection)
    application.refresh_from_db()
    return application


def test_no_id_of_the_old_target_is_sent_to_the_new_one(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, elsewhere: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    for number in range(30):  # Ids of the old target name strangers at the new one.
        elsewhere.add("Users", userName=f"stranger{number}", active=True)
    before = {key: dict(each) for key, each in elsewhere.held["Users"].items()}

    moved(application, elsewhere)
    deactivate_user(user=ann)
    update_user(user=ben, values=UserFields(user_name="ben@acme.example", display_name="B."))
    engine.work()
    assert elsewhere.asked == []
    assert not Link.objects.exists()
    assert not LinkMember.objects.exists()
    assert application.learned == {}

    opened(engine, application)
    assert {key: elsewhere.held["Users"][key] for key in before} == before
    assert {"ben@acme.example"} == {each for each in elsewhere.users() if "@" in each}
    assert elsewhere.members("Staff") == {elsewhere.users()["ben@acme.example"]["id"]}


def test_what_waits_and_what_is_held_is_cancelled_and_runs_are_over(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, elsewhere: Fake
) -> None:
    application.removal_number = 1
    application.save()
    everybody = people("ann", "ben", "cid", "dan")
    join(staff, everybody)
    opened(engine, application)
    fake.before = lambda _asked: (503, {"detail": "Later."}, {})
    leave(staff, everybody[:2])
    update_user(
        user=everybody[3], values=UserFields(user_name="dan@acme.example", display_name="D.")
    )
    engine.work()
    states = set(Operation.objects.exclude(state="done").values_list("state", flat=True))
    assert states == {OperationState.HELD, OperationState.WAITING}

    moved(application, elsewhere)

    open_ones = Operation.objects.exclude(state=OperationState.DONE)
    assert {each.state for each in open_ones} == {OperationState.CANCELLED}
    assert {each.last_error for each in open_ones} == {"The application has left that host."}
    assert not Run.objects.filter(state__in=("reading", "planned", "sending")).exists()


def test_what_was_decided_of_accounts_there_is_decided_no_more(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake, elsewhere: Fake
) -> None:
    application = connected(fake, staff, adopt="ask")
    fake.add("Users", userName="ann@acme.example")
    join(staff, people("ann"))
    opened(engine, application)
    assert Conflict.objects.filter(state="open").exists()

    moved(application, elsewhere)

    assert not Conflict.objects.exists()


def test_an_answer_of_the_old_target_that_comes_late_is_kept_of_nothing(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, elsewhere: Fake
) -> None:
    opened(engine, application)
    came: list[str] = []

    def move_meanwhile(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST" and not came:
            came.append(asked.path)

            def move() -> None:
                with tenant_id_scope(application.tenant_id):
                    moved(Application.objects.get(pk=application.pk), elsewhere)
                connection.close()

            thread = Thread(target=move)
            thread.start()
            thread.join()
        return answer

    fake.after = move_meanwhile
    join(staff, people("ann"))
    engine.work()

    assert came == ["/Users"]
    assert not Link.objects.exists()
    assert elsewhere.asked == []
    application.refresh_from_db()
    assert application.learned == {}


def test_another_path_of_the_same_host_is_the_same_target(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann"))
    opened(engine, application)
    links = Link.objects.count()

    moved(application, fake, path="/scim/v2")

    assert Link.objects.count() == links == 2
    assert application.first_plan_sent_at is not None
    assert not AuditEntry.objects.filter(action="application.host_left").exists()


def test_the_form_says_it_before_and_the_trail_afterwards(
    engine: Engine, application: Application, staff: DirectoryGroup, elsewhere: Fake, tenant: Tenant
) -> None:
    console = signed_in(person(tenant, "Adele", Role.ADMIN))
    url = reverse("console:provisioning_application_connection", args=[application.pk])
    assert "Another host is another target" not in text_of(console.get(url))
    join(staff, people("ann"))
    opened(engine, application)
    assert "Another host is another target" in text_of(console.get(url))

    submit(console, url, base_url=elsewhere.base_url, token="t")

    application.refresh_from_db()
    assert application.first_plan_sent_at is None
    [entry] = AuditEntry.objects.filter(action="application.host_left")
    assert (entry.details["links"], entry.details["cancelled"]) == (2, 0)
    assert AuditEntry.objects.filter(action="application.moved").count() == 1
    told = text_of(
        console.get(reverse("console:provisioning_application_change", args=[application.pk]))
    )
    assert "Nothing has been sent yet." in told
