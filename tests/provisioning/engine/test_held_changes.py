"""Nothing is taken away at an application from whoever is held, until an admin has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.jobs.kinds import BULK
from accounts.models import HeldChange, Job
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from provisioning.engine.conflicts import Choice, resolve_conflict
from provisioning.engine.errors import NotOpenError
from provisioning.models import Conflict
from tests.provisioning.engine.conftest import join, opened, people
from tests.support.held_changes import carry_out, take_back
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant, User
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake
    from tests.support.scim import SCIMClient

OFF = {"op": "replace", "path": "active", "value": False}


@pytest.fixture
def everybody(
    engine: Engine, application: Application, staff: DirectoryGroup, tenant: Tenant
) -> list[User]:
    """Four people with a seat, who are at the target and in a group there."""
    made = people("ann", "ben", "cem", "dan")
    product = Product.objects.create(key="crm", name="CRM")
    seats = Subscription.objects.create(product=product, seats=10, starts=timezone.localdate())
    for user in made:
        assign_seat(subscription=seats, user=user)
    join(staff, made)
    opened(engine, application)
    return made


@pytest.fixture(params=["deactivate", "delete"])
def gone(request: pytest.FixtureRequest, tenant: Tenant, everybody: list[User]) -> SCIMClient:
    """A source that may take away two, and has taken away everybody."""
    departure = request.param
    scim = connect(tenant, name="Okta", loss_number=2, on_delete=departure)
    for user in everybody:
        scim.request("DELETE", f"/Users/{user.pk}", expect=204)
    return scim


def active_at(fake: Fake) -> set[str]:
    return {
        str(user["userName"]).partition("@")[0]
        for user in fake.users().values()
        if user.get("active", True)
    }


def members_at(fake: Fake) -> int:
    return len(fake.members("Staff"))


def do_what_was_decided(engine: Engine) -> None:
    for job in Job.objects.filter(queue=BULK, state=Job.State.WAITING):
        engine._do(job)
    engine.work()


@pytest.mark.usefixtures("gone")
def test_nothing_is_taken_away_until_it_is_carried_out(
    engine: Engine, fake: Fake, everybody: list[Any]
) -> None:
    engine.work()
    assert {"cem", "dan"} <= active_at(fake)
    assert members_at(fake) >= 2

    carry_out(change=HeldChange.objects.get())
    do_what_was_decided(engine)

    assert not active_at(fake)
    assert members_at(fake) == 0


@pytest.mark.usefixtures("gone")
def test_taken_back_the_target_was_never_told(
    engine: Engine, fake: Fake, everybody: list[Any]
) -> None:
    engine.work()
    before = set(fake.users())
    take_back(change=HeldChange.objects.get())
    do_what_was_decided(engine)

    assert {"cem", "dan"} <= active_at(fake)
    assert before == set(fake.users())
    assert members_at(fake) >= 2


def test_the_account_of_somebody_whose_deletion_is_held_is_given_to_nobody(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake, everybody: list[User]
) -> None:
    scim = connect(tenant, name="Okta", loss_number=2, on_delete="delete")
    for user in everybody:
        scim.request("DELETE", f"/Users/{user.pk}", expect=204)
    engine.work()
    join(staff, people("dan"))
    engine.work()
    conflict = Conflict.objects.get()
    [account] = conflict.candidates

    with pytest.raises(NotOpenError, match="somebody else"):
        resolve_conflict(conflict=conflict, choice=Choice.LINK, remote_id=account["id"])

    assert "dan" in active_at(fake)
