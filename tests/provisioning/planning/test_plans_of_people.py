"""What is done to bring one person in step at a target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioning.planning.objects import Cause, Departure, Drift, Policy
from provisioning.planning.outcomes import known_adopted, known_after
from provisioning.planning.plan import plan_hash
from provisioning.protocol.steps import Action, Reason, Step
from tests.provisioning.planning.models import DELETING, linked, person, planned

WORK = 'emails[type eq "work"].value'


def actions(steps: list[Step]) -> list[Action]:
    return [step.action for step in steps]


def departing(departure: Departure, **more: Any) -> Policy:
    return Policy(departures=dict.fromkeys(Cause, departure), **more)


def test_somebody_new_is_created_with_everything_in_order() -> None:
    ada = person(
        on_create={"userType": "new"}, roles=(("r", "R"),), entitlements=("p",), manager="bob"
    )

    create, roles, manager = planned(ada, None, remote_ids={"bob": "r9"})

    assert create.after == {**ada.resource, "userType": "new", "active": True}
    assert (roles.action, roles.after) == (
        Action.SET_ROLES,
        {"roles": {"r": "R"}, "entitlements": ["p"]},
    )
    assert manager == Step(Action.SET_REFERENCE, {"manager": None}, {"manager": "r9"})


def test_nobody_is_created_who_is_inactive_or_whom_the_switch_forbids() -> None:
    assert planned(person(active=False), None) == []
    assert planned(person(), None, policy=replace(DELETING, create_users=False)) == []


def test_what_is_in_step_needs_nothing() -> None:
    assert planned(person(), linked(person())) == []
    assert planned(None, None, Cause.DELETED) == []


def test_what_changed_here_is_written_and_what_was_emptied_is_cleared() -> None:
    ada = person(resource={"userName": "ada@x", "emails": [{"type": "WORK", "value": "new@x"}]})

    (update,) = planned(ada, linked(person()))

    assert update.before == {WORK: "ada@x", "name.givenName": "Ada", "title": "T"}
    assert update.after == {WORK: "new@x", "name.givenName": None, "title": None}
    known = known_after(linked(person()), update, shown=None, version="")
    assert planned(ada, known) == []
    assert planned(ada, linked(person()), policy=replace(DELETING, update_users=False)) == []


def test_what_no_row_fills_is_left_alone() -> None:
    ada = person(filled=frozenset({"userName"}), resource={"userName": "ada@x"})

    assert planned(ada, linked(person())) == []


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize(
    ("departure", "more", "expected"),
    [
        (Departure.NOTHING, {}, []),
        (Departure.DEACTIVATE, {}, [Action.DEACTIVATE]),
        (Departure.DEACTIVATE, {"update_users": False}, [Action.DEACTIVATE]),
        (Departure.DELETE, {}, [Action.DELETE]),
        (Departure.DELETE, {"delete_users": False}, [Action.DEACTIVATE]),
        (Departure.DELETE, {"target_deletes": False}, [Action.DEACTIVATE]),
        (Departure.DEACTIVATE_THEN_DELETE, {}, [Action.DEACTIVATE]),
        (Departure.DEACTIVATE_THEN_DELETE, {"delete_users": False}, [Action.DEACTIVATE]),
    ],
)
def test_who_leaves_departs_as_the_policy_says(
    cause: Cause, departure: Departure, more: dict[str, Any], expected: list[Action]
) -> None:
    steps = planned(None, linked(person()), cause, policy=departing(departure, **more))

    assert actions(steps) == expected
    assert all(step.reason == Reason(cause) for step in steps)


@pytest.mark.parametrize("departure", Departure)
def test_what_was_adopted_is_never_deleted_unless_it_is_owned(departure: Departure) -> None:
    known = linked(person(), adopted=True, is_delete_due=True)

    steps = planned(None, known, Cause.DELETED, policy=departing(departure))
    owned = planned(None, known, Cause.DELETED, policy=departing(departure, own_adopted=True))

    assert Action.DELETE not in actions(steps)
    assert (Action.DELETE in actions(owned)) is (
        departure in {Departure.DELETE, Departure.DEACTIVATE_THEN_DELETE}
    )


def test_deleting_waits_for_its_days() -> None:
    policy = departing(Departure.DEACTIVATE_THEN_DELETE)
    inactive = linked(person(), is_active=False)

    assert planned(None, inactive, Cause.DELETED, policy=policy) == []
    (step,) = planned(None, replace(inactive, is_delete_due=True), Cause.DELETED, policy=policy)
    assert (step.action, step.reason) == (Action.DELETE, Reason.DUE)


def test_without_a_cause_nothing_is_taken_away() -> None:
    assert planned(None, linked(person()), None, policy=departing(Departure.DELETE)) == []


def test_who_comes_back_gets_the_same_account() -> None:
    for known in (
        linked(person(), is_active=False, is_delete_due=True),
        linked(person(), is_tombstone=True),
    ):
        (step,) = planned(person(), known)
        assert (step.action, step.reason) == (Action.REACTIVATE, Reason.BACK)
        after = known_after(known, step, shown=None, version="")
        assert after is not None
        assert (after.remote_id, after.is_active, after.is_tombstone) == ("r-ada", True, False)
        assert not after.is_delete_due
        assert planned(person(), after) == []


def test_nobody_comes_back_where_nothing_is_created_or_updated() -> None:
    policy = replace(DELETING, create_users=False, update_users=False)

    assert planned(person(), linked(person(), is_active=False), policy=policy) == []


def test_a_row_that_makes_somebody_inactive_deactivates() -> None:
    assert actions(planned(person(active=False), linked(person()))) == [Action.DEACTIVATE]


def test_roles_and_permissions_follow_and_those_of_others_stay() -> None:
    known = linked(person(), roles={"old": "Old", "r": "R"}, entitlements=frozenset({"p", "q"}))
    seen = {**known.seen, "roles": [{"value": "r"}, {"value": "theirs"}]}
    ada = person(roles=(("r", "Renamed"), ("theirs", "X")), entitlements=("p", "new"))

    (step,) = planned(ada, replace(known, seen=seen))

    assert step.before == {"roles": {"old": "Old", "r": "R"}, "entitlements": ["p", "q"]}
    assert step.after == {"roles": {"r": "Renamed"}, "entitlements": ["new", "p"]}
    after = known_after(replace(known, seen=seen), step, shown=None, version="")
    assert after is not None
    assert {each["value"] for each in after.seen["roles"]} == {"r", "theirs"}
    assert planned(ada, after) == []


def test_each_switch_of_roles_stands_alone() -> None:
    ada = person(roles=(("r", "R"),), entitlements=("p",))

    (roles,) = planned(ada, linked(person()), policy=Policy(push_roles=True))
    (permissions,) = planned(ada, linked(person()), policy=Policy(push_permissions=True))

    assert roles.after == {"roles": {"r": "R"}}
    assert permissions.after == {"entitlements": ["p"]}


def test_a_manager_who_comes_later_is_set_then_and_one_who_went_is_cleared() -> None:
    ada = person(manager="bob")

    assert planned(ada, linked(person())) == []
    (step,) = planned(ada, linked(person()), remote_ids={"bob": "r9"})
    known = known_after(linked(person()), step, shown=None, version="")
    assert known is not None
    assert known.manager == "r9"
    assert planned(ada, known, remote_ids={"bob": "r9"}) == []
    (cleared,) = planned(person(), known)
    assert cleared.after == {"manager": None}


@pytest.mark.parametrize(
    ("drift", "exceptions", "writes"),
    [
        (Drift.REPORT, {}, False),
        (Drift.ACCEPT, {}, False),
        (Drift.OVERWRITE, {}, True),
        (Drift.OVERWRITE, {"title": Drift.REPORT}, False),
        (Drift.REPORT, {"title": Drift.OVERWRITE}, True),
    ],
)
def test_drift_is_overwritten_where_the_policy_says(
    drift: Drift, exceptions: dict[str, Drift], *, writes: bool
) -> None:
    known = linked(person())
    known = replace(known, seen={**known.seen, "title": "theirs"})
    policy = replace(DELETING, drift=drift, drift_of=exceptions)

    steps = planned(person(), known, policy=policy)

    assert [(step.reason, step.before, step.after) for step in steps] == (
        [(Reason.DRIFTED, {"title": "theirs"}, {"title": "T"})] if writes else []
    )


def test_what_a_target_never_keeps_is_not_overwritten_for_ever() -> None:
    policy = replace(DELETING, drift=Drift.OVERWRITE)
    known = linked(person())
    without = {name: value for name, value in known.seen.items() if name != "title"}
    (step,) = planned(person(), replace(known, seen=without), policy=policy)

    after = known_after(known, step, shown=without, version="")

    assert after is not None
    assert planned(person(), after, policy=policy) == []
    changed = person(resource={**person().resource, "title": "New"})
    assert actions(planned(changed, after, policy=policy)) == [Action.UPDATE]


def test_an_account_that_others_deactivated_is_activated_where_drift_is_overwritten() -> None:
    known = linked(person())
    known = replace(known, seen={**known.seen, "active": False})

    assert planned(person(), known) == []
    (step,) = planned(person(), known, policy=replace(DELETING, drift=Drift.OVERWRITE))
    assert (step.action, step.reason) == (Action.REACTIVATE, Reason.DRIFTED)


def test_an_adopted_account_gets_what_it_lacks() -> None:
    shown = {
        "id": 7,
        "userName": "ADA@X",
        "active": "False",
        "title": "Other",
        "emails": [{"type": "work", "value": "ada@x"}],
        "nickName": "Countess",
    }

    known = known_adopted(person(), shown=shown, version='W/"3"')
    steps = planned(person(), known)

    assert (known.remote_id, known.adopted, known.is_active) == ("7", True, False)
    assert actions(steps) == [Action.REACTIVATE, Action.UPDATE]
    assert steps[1].after == {"name.givenName": "Ada", "title": "T"}


def test_equal_plans_have_one_hash() -> None:
    one = planned(person(roles=(("a", "A"), ("b", "B"))), None)
    other = planned(person(roles=(("b", "B"), ("a", "A"))), None)

    assert plan_hash(one) == plan_hash(other)
    assert plan_hash(one) != plan_hash(planned(person(), None))
    assert plan_hash(one) != plan_hash(list(reversed(one)))


@pytest.mark.parametrize(
    ("roles", "entitlements", "goes_first"),
    [
        ((("r", "R"),), ("p",), False),
        ((("r", "R"), ("s", "S")), ("p", "q"), False),
        ((("r", "Renamed"),), ("p",), False),
        ((), ("p",), True),
        ((("r", "R"),), (), True),
        ((("s", "S"),), ("q",), True),
    ],
)
def test_what_is_taken_away_waits_for_no_other_change(
    roles: tuple[tuple[str, str], ...], entitlements: tuple[str, ...], goes_first: object
) -> None:
    held = linked(person(), roles={"r": "R"}, entitlements=frozenset({"p"}))
    ada = person(roles=roles, entitlements=entitlements)
    ada = replace(ada, resource={**ada.resource, "title": "Other"})

    actions = [step.action for step in planned(ada, held)]

    assert actions[0] is (Action.SET_ROLES if goes_first else Action.UPDATE)
    assert actions.count(Action.SET_ROLES) == (roles != (("r", "R"),) or entitlements != ("p",))
