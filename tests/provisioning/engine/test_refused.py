"""A removal that an admin has refused stays refused until what it was about is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role
from accounts.services.users import deactivate_user, delete_user
from accounts.trail.retention import erase_person
from provisioning.engine.deciding import allow_refused_removals, allow_removals, refuse_removals
from provisioning.engine.runs import make_plan, send_plan, start_full_run
from provisioning.models import Operation, OperationState, Run
from provisioning.services.assignments import set_assignments
from provisioning.services.settings import set_leaving, set_switches
from tests.conftest import person, signed_in
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.support.html_forms import read_forms, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup, Tenant, User
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


@dataclass
class Place:
    """Three people have left an application of which at most one may leave at once."""

    engine: Engine
    application: Application
    staff: DirectoryGroup
    fake: Fake
    left: list[User]

    def states(self) -> list[str]:
        """Return how the last operation of each of them stands."""
        latest = Operation.objects.filter(object_id__in=[str(each.pk) for each in self.left])
        rows = latest.order_by("object_id", "-pk").distinct("object_id")
        return sorted(rows.values_list("state", flat=True))

    def compare(self) -> Run:
        run = start_full_run(application=self.application)
        self.engine.work()
        return run

    def inactive(self) -> int:
        return sum(1 for each in self.fake.users().values() if each.get("active") is False)


@pytest.fixture
def place(engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake) -> Place:
    application.removal_number = 1
    application.save()
    everybody = people("ann", "ben", "cid", "dan")
    join(staff, everybody)
    opened(engine, application)
    leave(staff, everybody[:3])
    engine.work()
    assert refuse_removals(application=application) == 3
    engine.work()
    application.refresh_from_db()
    return Place(engine, application, staff, fake, everybody[:3])


def test_looking_again_neither_sends_nor_holds_it(place: Place) -> None:
    before = len(place.fake.writes)
    for _time in range(2):
        run = place.compare()
    plan = make_plan(application=place.application)
    place.engine.work()

    assert place.states() == ["refused"] * 3
    assert len(place.fake.writes) == before
    for each in (run, plan):
        each.refresh_from_db()
        assert (each.total, each.counts.get("held"), each.counts.get("deactivate")) == (
            0,
            None,
            None,
        )


def test_others_who_leave_are_held_without_them(place: Place) -> None:
    others = people("eve", "fay")
    join(place.staff, others)
    place.engine.work()
    leave(place.staff, others)
    place.engine.work()

    assert place.states() == ["refused"] * 3
    assert Operation.objects.filter(state=OperationState.HELD).count() == 2
    assert refuse_removals(application=place.application) == 2
    assert Operation.objects.filter(state=OperationState.REFUSED).count() == 5


def test_it_is_allowed_after_all_and_sent_once(place: Place) -> None:
    assert allow_refused_removals(application=place.application) == 3
    assert allow_refused_removals(application=place.application) == 0
    place.engine.work()

    assert place.inactive() == 3
    assert place.states() == ["done"] * 3
    assert AuditEntry.objects.filter(action="application.removals_allowed").count() == 1


def test_on_the_page(place: Place, tenant: Tenant) -> None:
    console = signed_in(person(tenant, "Adele", Role.ADMIN))
    url = reverse("console:provisioning_application_held", args=[place.application.pk])
    page = console.get(url).content.decode()
    assert "3 removals were refused" in text_of(console.get(url))
    assert "Ann Example" in page
    [form] = [each for each in read_forms(page) if "allow-refused" in each.action]

    said = text_of(console.post(form.action, form.fields, follow=True))
    again = text_of(console.post(form.action, form.fields, follow=True))

    assert "3 removals are sent" in said
    assert "are sent" not in again
    place.engine.work()
    assert place.inactive() == 3


# --- What a refusal does not outlive ---------------------------------------------------------


def _they_return_and_leave(place: Place) -> None:
    join(place.staff, place.left)
    place.engine.work()
    leave(place.staff, place.left)


def _the_policy_is_another(place: Place) -> None:
    set_leaving(application=place.application, values={"on_left_scope": "delete"})


def _a_switch_is_another(place: Place) -> None:
    set_switches(application=place.application, switches={"update_users": False})


def _the_scope_is_another(place: Place) -> None:
    other = create_group(values=GroupFields(display_name="Other"))
    groups = [place.staff, other]
    set_assignments(application=place.application, groups=groups, roles=[], profiles=[])


CHANGES: Final = (
    _they_return_and_leave,
    _the_policy_is_another,
    _a_switch_is_another,
    _the_scope_is_another,
)


@pytest.mark.parametrize("happens", CHANGES, ids=lambda each: each.__name__.strip("_"))
def test_what_it_was_about_is_another_and_it_is_held_anew(
    place: Place, happens: Callable[[Place], None]
) -> None:
    happens(place)
    place.engine.work()
    place.application.refresh_from_db()
    place.compare()

    assert place.states() == ["held"] * 3
    assert not Operation.objects.filter(state=OperationState.REFUSED).exists()
    assert place.inactive() == 0


@pytest.mark.parametrize("leaves", [deactivate_user, delete_user], ids=["deactivated", "deleted"])
def test_who_is_deactivated_or_deleted_here_loses_their_access_all_the_same(
    place: Place, leaves: Callable[..., None]
) -> None:
    for each in place.left:
        leaves(user=each)
    place.engine.work()

    assert place.inactive() == 3


def test_who_returns_is_refused_no_more(place: Place) -> None:
    join(place.staff, place.left[:1])
    place.engine.work()

    assert sorted(
        Operation.objects.filter(state=OperationState.REFUSED).values_list("object_id", flat=True)
    ) == sorted(str(each.pk) for each in place.left[1:])


def test_a_refused_deletion_of_who_was_deleted_here_leaves_them_without_access(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, on_deleted="delete", removal_number=0, drift="overwrite")
    [ann] = people("ann")
    join(staff, [ann, *people("ben")])
    opened(engine, application)
    key = ann.pk
    delete_user(user=ann)
    engine.work()
    assert refuse_removals(application=application) == 1

    fake.users()["ann@acme.example"]["active"] = True
    start_full_run(application=application)
    engine.work()

    assert fake.methods()["DELETE"] == 0
    assert fake.users()["ann@acme.example"]["active"] is False
    erase_person(person_id=key)
    start_full_run(application=application)
    engine.work()
    [row] = Operation.objects.filter(state=OperationState.REFUSED)
    # What it does is kept, without a word about them, so that it can be allowed.
    assert (row.name, [(each["action"], each["before"], each["after"]) for each in row.steps]) == (
        "",
        [("delete", {}, {})],
    )
    assert fake.methods()["DELETE"] == 0


def test_a_plan_from_before_the_refusal_sends_nothing_of_it(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    application.removal_number = 1
    application.save()
    everybody = people("ann", "ben", "cid")
    join(staff, everybody)
    opened(engine, application)
    leave(staff, everybody[:2])
    engine.work()
    plan = make_plan(application=application)
    engine.work()
    refuse_removals(application=application)
    plan.refresh_from_db()

    send_plan(run=plan)
    engine.work()

    assert all(each.get("active") for each in fake.users().values())
    assert Operation.objects.filter(state=OperationState.REFUSED).count() == 2
    assert allow_removals(application=application) == 0
