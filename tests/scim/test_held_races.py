"""Several workers of one source at once, and admins beside them: nobody is counted twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from accounts.identifiers import uuid7
from accounts.jobs import queueing
from accounts.models import HeldChange, HeldPerson, Job
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from scim.held.deciding import DecidedAlreadyError
from tests.scim.test_held_changes import LIMIT, OFF, held, seats, staff, used
from tests.scim.test_races import all_at_once, patch
from tests.support.held_changes import carry_out, take_back
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant
    from licenses.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["seats"]

SIZE = 8


@pytest.mark.parametrize("on_delete", ["deactivate", "delete"])
def test_of_eight_at_once_only_three_lose_their_seats(
    acme: Tenant, seats: Subscription, on_delete: str
) -> None:
    scim = connect(acme, name="Okta", loss_number=LIMIT, on_delete=on_delete)
    people = staff(acme, scim, seats, SIZE)

    answers = all_at_once(scim, [("DELETE", f"/Users/{each['id']}", None) for each in people])

    assert [answer.status_code for answer in answers] == [204] * SIZE
    assert used(acme) == SIZE - LIMIT
    assert len(held(acme)) == (SIZE if on_delete == "deactivate" else SIZE - LIMIT)
    with tenant_scope(acme):
        assert HeldChange.objects.count() == 1


def test_losses_by_groups_and_by_deactivations_wait_for_each_other(
    acme: Tenant, seats: Subscription
) -> None:
    scim = connect(acme, name="Okta", loss_number=LIMIT)
    people = staff(acme, scim, seats, SIZE)
    ids = [each["id"] for each in people]
    remove = {"op": "remove", "path": "members"}
    groups = []
    for number in range(3):
        body = {"displayName": f"G{number}", "members": [{"value": each} for each in ids]}
        groups.append(scim.request("POST", "/Groups", body, expect=201)["id"])

    answers = all_at_once(
        scim,
        [
            *(patch(f"/Users/{each}", OFF) for each in ids[:5]),
            *(patch(f"/Groups/{each}", remove) for each in groups),
        ],
    )

    assert {answer.status_code for answer in answers} == {200}
    assert used(acme) == SIZE - LIMIT


def test_two_admins_decide_at_once_and_one_is_heard(
    acme: Tenant, seats: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "hand_over", lambda _job, *, lock: None)
    scim = connect(acme, name="Okta", loss_number=LIMIT)
    for each in staff(acme, scim, seats, SIZE):
        scim.patch(f"/Users/{each['id']}", OFF)
    start = threading.Barrier(2)

    def decide(decision: Callable[..., None]) -> str:
        try:
            with tenant_scope(acme):
                change = HeldChange.objects.get()
                start.wait()
                decision(change=change)
                return "done"
        except DecidedAlreadyError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(decide, [carry_out, take_back]))

    assert sorted(said) == ["done", "refused"]
    with tenant_scope(acme):
        assert Job.objects.filter(kind="scim.do_held_change").count() == 1
        run_what_was_decided()
        outcomes = set(HeldPerson.objects.values_list("outcome", flat=True))
        assert len(outcomes) == 1
        expected = 0 if said[0] == "done" else SIZE - LIMIT
        assert Seat.objects.filter(released=None).count() == expected


def run_what_was_decided(**_kwargs: Any) -> None:
    """Do the job twice, as after a worker that died."""
    from scim.held.doing import do_held_change, do_to_person  # noqa: PLC0415

    change = HeldChange.objects.get()
    first = HeldPerson.objects.filter(change=change).order_by("pk").first()
    assert first is not None
    somebody = uuid7()
    decided, otherwise = [None, somebody]
    if change.state == HeldChange.State.TAKING_BACK:
        decided, otherwise = otherwise, decided
    do_to_person(key=first.pk, taken_back_by=decided)
    do_held_change.work(change_id=change.pk, by_id=str(somebody))
    do_held_change.work(change_id=change.pk, by_id=str(somebody))
    do_to_person(key=first.pk, taken_back_by=otherwise)
