"""A step that nobody answered was done or was not; reading the resource tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioning.planning.objects import Cause, Departure, Desired, Known, Policy
from provisioning.planning.outcomes import known_found_again
from provisioning.planning.settling import known_settled
from provisioning.protocol.changes import changed
from provisioning.protocol.steps import Action, Step
from tests.provisioning.planning.models import DELETING, group, linked, person, planned

IDS = {"bob": "r9", "ada": "r-ada"}


def settled(known: Known, step: Step, *, was_done: bool) -> Known:
    resource = {**known.seen, "id": known.remote_id}
    shown = changed(resource, step) if was_done else resource
    return known_settled(known, step, shown=shown, version="v2")


WANTED: dict[str, Desired] = {
    "title": person(resource={**person().resource, "title": "New"}),
    "cleared": person(resource={"userName": "ada@x"}),
    "manager": person(manager="bob"),
    "roles": person(roles=(("r", "R"),), entitlements=("p",)),
}


@pytest.mark.parametrize("wanted", WANTED.values(), ids=list(WANTED))
def test_what_was_done_is_not_done_again_and_what_was_not_is(wanted: Desired) -> None:
    known = linked(person())
    steps = planned(wanted, known, remote_ids=IDS)

    done = settled(known, steps[0], was_done=True)
    lost = settled(known, steps[0], was_done=False)

    assert done.version == "v2"
    assert planned(wanted, done, remote_ids=IDS) == []
    assert planned(wanted, lost, remote_ids=IDS) == steps


@pytest.mark.parametrize("wanted", WANTED.values(), ids=list(WANTED))
def test_what_is_taken_back_meanwhile_is_taken_back_there(wanted: Desired) -> None:
    known = linked(person())
    (step,) = planned(wanted, known, remote_ids=IDS)

    done = settled(known, step, was_done=True)

    (undo,) = planned(person(), done, remote_ids=IDS)
    assert undo.action is step.action
    assert planned(person(), settled(known, step, was_done=False), remote_ids=IDS) == []


def test_activity_is_what_is_shown() -> None:
    known = linked(person())
    (step,) = planned(None, known, Cause.LEFT_SCOPE)

    done = settled(known, step, was_done=True)
    lost = settled(known, step, was_done=False)

    assert [each.action for each in planned(person(), done)] == [Action.REACTIVATE]
    assert planned(person(), lost) == []
    assert planned(None, lost, Cause.LEFT_SCOPE) == [step]


def test_members_are_put_in_again_or_taken_out_as_is_wanted() -> None:
    sales = group(members=frozenset({"ada"}))
    known = linked(sales)
    (step,) = planned(sales, known, remote_ids=IDS)

    unsure = known_settled(known, step, shown={"displayName": "sales"}, version="")

    assert planned(sales, unsure, remote_ids=IDS) == [step]
    (removal,) = planned(group(), unsure, remote_ids=IDS)
    assert (removal.action, removal.before) == (Action.REMOVE_MEMBERS, {"ada": "r-ada"})


def test_a_removal_of_members_is_done_again() -> None:
    known = linked(group(), members={"ada": "r-ada"})
    (step,) = planned(group(), known, remote_ids=IDS)

    unsure = known_settled(known, step, shown={"displayName": "sales"}, version="")

    assert planned(group(), unsure, remote_ids=IDS) == [step]


def test_what_an_unanswered_creation_left_behind_is_ours_and_as_it_was_wanted_then() -> None:
    shown: dict[str, Any] = {**person().resource, "id": "t7", "active": True}
    now = person(resource={"userName": "ada@x", "name": {"givenName": "Ada"}})

    known = known_found_again(now, shown=shown, version="")

    assert not known.adopted
    (update,) = planned(now, known)
    assert update.after == {'emails[type eq "work"].value': None, "title": None}
    departures = dict.fromkeys(Cause, Departure.DELETE)
    steps = planned(None, known, Cause.DELETED, policy=Policy(departures=departures))
    assert [step.action for step in steps] == [Action.DELETE]

    (step,) = planned(
        None,
        replace(known, adopted=True),
        Cause.DELETED,
        policy=replace(DELETING, departures=departures),
    )
    assert step.action is Action.DEACTIVATE
