"""What is done to bring one group in step at a target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioning.planning.objects import Cause, Departure, Policy
from provisioning.planning.outcomes import known_after
from provisioning.protocol.steps import Action, Reason, Step
from tests.provisioning.planning.models import group, linked, planned

LEAVING = Policy(departures=dict.fromkeys(Cause, Departure.DELETE))
IDS = {"ada": "r1", "bob": "r2", "nested": "g9"}


def test_a_new_group_is_created_before_its_members_are_added() -> None:
    create, add = planned(group(members=frozenset({"ada", "nested", "late"})), None, remote_ids=IDS)

    assert create == Step(Action.CREATE, {}, {"displayName": "sales"}, Reason.NEW)
    assert add == Step(Action.ADD_MEMBERS, {}, {"ada": "r1", "nested": "g9"})


def test_a_member_that_arrives_late_is_added_then() -> None:
    sales = group(members=frozenset({"ada", "late"}))
    known = linked(sales, members={"ada": "r1"})

    assert planned(sales, known, remote_ids=IDS) == []
    (step,) = planned(sales, known, remote_ids={**IDS, "late": "r7"})
    assert step == Step(Action.ADD_MEMBERS, {}, {"late": "r7"})


def test_only_whom_we_put_in_is_removed() -> None:
    sales = group(members=frozenset({"ada"}))
    known = linked(sales, members={"ada": "r1", "bob": "r2"})

    (step,) = planned(sales, known, remote_ids=IDS)

    assert step == Step(Action.REMOVE_MEMBERS, {"bob": "r2"})
    after = known_after(known, step, shown=None, version="")
    assert after is not None
    assert after.members == {"ada": "r1"}


def test_a_member_whose_account_was_made_anew_is_exchanged() -> None:
    sales = group(members=frozenset({"ada"}))
    known = linked(sales, members={"ada": "old"})

    remove, add = planned(sales, known, remote_ids=IDS)

    assert (add.after, remove.before) == ({"ada": "r1"}, {"ada": "old"})
    after = known_after(known, remove, shown=None, version="")
    assert after is not None
    after = known_after(after, add, shown=None, version="")
    assert after is not None
    assert after.members == {"ada": "r1"}
    assert planned(sales, after, remote_ids=IDS) == []


def test_a_member_whose_link_is_lost_is_left_until_it_is_known() -> None:
    sales = group(members=frozenset({"ada"}))

    assert planned(sales, linked(sales, members={"ada": "r1"})) == []


def test_switches() -> None:
    sales = group(members=frozenset({"ada"}), resource={"displayName": "Sales!"})
    known = linked(group())

    def actions(**switches: Any) -> list[Action]:
        policy = replace(LEAVING, **switches)
        return [step.action for step in planned(sales, known, policy=policy, remote_ids=IDS)]

    assert actions() == [Action.UPDATE, Action.ADD_MEMBERS]
    assert actions(update_groups=False) == [Action.ADD_MEMBERS]
    assert actions(push_memberships=False) == [Action.UPDATE]
    assert planned(sales, None, policy=replace(LEAVING, create_groups=False)) == []


@pytest.mark.parametrize("cause", [Cause.LEFT_SCOPE, Cause.DELETED])
def test_a_group_that_leaves(cause: Cause) -> None:
    known = linked(group(), members={"ada": "r1"})
    adopted = replace(known, adopted=True)
    removal = Step(Action.REMOVE_MEMBERS, {"ada": "r1"}, {}, Reason(cause))

    assert planned(None, known, cause, policy=LEAVING) == [
        Step(Action.DELETE, reason=Reason(cause))
    ]
    assert planned(None, adopted, cause, policy=LEAVING) == [removal]
    no_delete = replace(LEAVING, delete_groups=False)
    assert planned(None, known, cause, policy=no_delete) == [removal]
    quiet = replace(no_delete, push_memberships=False)
    assert planned(None, known, cause, policy=quiet) == []
    assert planned(None, known, cause, policy=Policy()) == []


def test_a_group_whose_deletion_was_not_confirmed_is_written_again() -> None:
    known = linked(group(), is_tombstone=True)

    (step,) = planned(group(), known)

    assert (step.action, step.after) == (Action.UPDATE, {"displayName": "sales"})
    after = known_after(known, step, shown=None, version="")
    assert after is not None
    assert planned(group(), after) == []


def test_who_goes_goes_before_anybody_comes() -> None:
    sales = group(members=frozenset({"ada"}))

    steps = planned(sales, linked(sales, members={"bob": "r2"}), remote_ids=IDS)

    assert [step.action for step in steps] == [Action.REMOVE_MEMBERS, Action.ADD_MEMBERS]
