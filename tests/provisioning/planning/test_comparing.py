"""A target compared with what we know of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioning.planning.comparing import Drifted, compare, drift_of, known_seen
from provisioning.planning.objects import Desired, Drift, Known, Policy
from tests.provisioning.planning.models import group, linked, person, planned

REPORT = Policy()
OVERWRITE = Policy(drift=Drift.OVERWRITE)
ACCEPT = Policy(drift=Drift.ACCEPT)


def shown(desired: Desired, **more: Any) -> dict[str, Any]:
    return {**desired.resource, "id": f"r-{desired.object_id}", "active": True, **more}


def drift(resource: dict[str, Any], known: Known, desired: Desired, policy: Policy = REPORT) -> Any:
    return drift_of(resource, known, desired, policy)


def test_each_resource_is_in_one_bucket() -> None:
    ada, bob, eve = person("ada"), person("bob"), person("eve")
    links = {each.object_id: linked(each) for each in (ada, bob, eve)}
    listing = [
        shown(ada),
        shown(bob, title="Theirs"),
        {"id": "s", "userName": "stranger"},
        shown(bob, title="Again"),
        {"userName": "without an id"},
    ]
    desired = {"ada": ada, "bob": bob, "eve": eve}

    found = compare(listing, links=links, desired=desired, policy=REPORT, is_complete=True)
    partial = compare(listing, links=links, desired=desired, policy=REPORT, is_complete=False)

    assert (found.in_step, found.gone, found.strangers) == (["ada"], ["eve"], ["s"])
    assert found.drifted == [Drifted("bob", {"title": ("Theirs", "T")})]
    assert partial.gone == []
    assert partial.drifted == found.drifted


def test_an_incomplete_listing_of_nothing_takes_nothing_away() -> None:
    links = {"ada": linked(person())}

    found = compare([], links=links, desired={}, policy=OVERWRITE, is_complete=False)

    assert (found.gone, found.drifted) == ([], [])


def test_what_is_waiting_to_be_written_is_no_drift() -> None:
    ada = person(resource={**person().resource, "title": "New"})

    assert drift(shown(person()), linked(person()), ada) == {}
    assert drift(shown(person(), title="Theirs"), linked(person()), ada) == {}


def test_what_was_accepted_is_no_drift_until_it_changes_again() -> None:
    known = linked(person())
    theirs = shown(person(), title="Theirs")
    assert drift(theirs, known, person(), ACCEPT) == {"title": ("Theirs", "T")}

    known = known_seen(known, shown=theirs, version="", policy=ACCEPT)

    assert drift(theirs, known, person(), ACCEPT) == {}
    assert planned(person(), known, policy=ACCEPT) == []
    assert drift(shown(person(), title="More"), known, person(), ACCEPT) == {"title": ("More", "T")}


def test_what_somebody_cleared_or_deactivated_is_drift() -> None:
    resource = shown(person(), active="False")
    del resource["title"]

    assert drift(resource, linked(person()), person()) == {
        "title": (None, "T"),
        "active": (False, True),
    }


def test_roles_of_ours_that_are_missing_are_drift() -> None:
    known = linked(person(), roles={"r": "R", "q": "Q"})
    resource = shown(person(), roles=[{"value": "r"}, {"value": "theirs"}])

    assert drift(resource, known, person()) == {"roles": (None, ["q"])}
    again = known_seen(known, shown=resource, version="", policy=OVERWRITE)
    assert again.roles == {"r": "R"}
    assert known_seen(known, shown=resource, version="", policy=REPORT).roles == known.roles


@pytest.mark.parametrize(
    ("listed", "lists_members", "missing"),
    [
        ([{"value": "r1"}], False, ["r2"]),
        ([{"value": "r1"}, {"value": "r2"}, {"value": "theirs"}], True, []),
        (None, True, ["r1", "r2"]),
        (None, False, []),
    ],
)
def test_members_of_ours_that_are_missing_are_drift(
    listed: Any, missing: list[str], *, lists_members: bool
) -> None:
    sales = group(members=frozenset({"ada", "bob"}))
    ids = {"ada": "r1", "bob": "r2"}
    known = linked(sales, members=ids)
    policy = replace(OVERWRITE, lists_members=lists_members)
    resource = {"id": "r-sales", "displayName": "sales", **({"members": listed} if listed else {})}

    found = drift(resource, known, sales, policy)

    assert found == ({"members": (None, missing)} if missing else {})
    again = known_seen(known, shown=resource, version="", policy=policy)
    steps = planned(sales, again, policy=policy, remote_ids=ids)
    assert sorted(at for step in steps for at in step.after.values()) == missing


def test_a_look_at_an_answer_that_is_no_resource_changes_nothing() -> None:
    known = linked(person())

    assert known_seen(known, shown={"id": "r-ada"}, version="v", policy=OVERWRITE) == replace(
        known, version="v"
    )
