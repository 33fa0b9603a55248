"""Whatever happens here, there and on the way: at the end a target holds what it should.

And no request ever deletes, or takes a value or a member away from, what was not ours.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.planning.comparing import compare, known_seen
from provisioning.planning.objects import Cause, Departure, Desired, Drift, Known, Policy
from provisioning.planning.outcomes import (
    known_adopted,
    known_after,
    known_created,
    known_found_again,
)
from provisioning.planning.settling import known_settled
from provisioning.planning.values import is_shown, wanted_values
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.dialects import Dialect
from provisioning.protocol.paths import parse_target_path, value_at
from provisioning.protocol.steps import Action, Kind, Step
from tests.provisioning.planning.models import Target, group, person, planned

PEOPLE: Final = ("ada", "bob", "eve")
STRANGER: Final[dict[str, Any]] = {"id": "s0", "userName": "stranger@x", "active": True}
BEFORE_US: Final[dict[str, Any]] = {
    "id": "s1",
    "userName": "bob@x",
    "active": True,
    "title": "Before",
    "roles": [{"value": "theirs"}],
}


@dataclass
class World:
    """Our people and one group of them, a target, our links, and what goes wrong on the way."""

    policy: Policy
    target: Target = field(default_factory=Target)
    desired: dict[str, Desired] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    intents: set[str] = field(default_factory=set)
    unanswered: dict[str, Step] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for resource in (STRANGER, BEFORE_US):
            self.target.resources[resource["id"]] = deepcopy(resource)
        self.desired = {name: person(name) for name in PEOPLE} | {"sales": group()}

    def wanted(self, name: str) -> Desired | None:
        desired = self.desired[name]
        if desired.kind is Kind.GROUP:
            here = frozenset(PEOPLE) - self.causes.keys()
            return None if name in self.causes else replace(desired, members=here)
        return None if name in self.causes else desired

    def push(self, name: str, fault: str = "") -> int:
        """Bring one object in step, step by step, until a fault; return how many were done."""
        self.settle_unanswered(name)
        desired, known = self.wanted(name), self.known.get(name)
        ids = {each: link.remote_id for each, link in self.known.items()}
        steps = planned(desired, known, self.causes.get(name), policy=self.policy, remote_ids=ids)
        for step in steps:
            if fault == "refused":
                return 0
            done = self._do(name, desired, step, is_lost=fault == "lost")
            if not done:
                break
        return len(steps)

    def _do(self, name: str, desired: Desired | None, step: Step, *, is_lost: bool) -> bool:
        if step.action is Action.CREATE:
            assert desired is not None
            return self._create(name, desired, step, is_lost=is_lost)
        known = self.known[name]
        shown = self.target.do(known, step)
        if is_lost:
            self.unanswered[name] = step
            return False
        after = known_after(known, step, shown=shown, version="") if shown else None
        if after is None:
            del self.known[name]
        else:
            self.known[name] = after
        return after is not None

    def _create(self, name: str, desired: Desired, step: Step, *, is_lost: bool) -> bool:
        """Match before creating; what an unanswered creation left behind is ours."""
        match = "userName" if desired.kind is Kind.USER else "displayName"
        there = [
            each
            for each in self.target.resources.values()
            if each.get(match) == desired.resource[match]
        ]
        if there:
            ours = name in self.intents and there[0]["id"] in self.ours
            link = known_found_again if ours else known_adopted
            self.known[name] = link(desired, shown=there[0], version="")
            self.intents.discard(name)
            return False
        self.intents.add(name)
        shown = self.target.create(desired.kind, step)
        self.ours.add(shown["id"])
        if is_lost:
            return False
        self.known[name] = known_created(desired, shown=shown, version="")
        self.intents.discard(name)
        return True

    def settle_unanswered(self, name: str) -> None:
        """Read the resource of an unanswered step before anything else is planned for it."""
        step, known = self.unanswered.pop(name, None), self.known.get(name)
        if step is None or known is None:
            return
        shown = self.target.resources.get(known.remote_id)
        if shown is None:
            del self.known[name]
        else:
            self.known[name] = known_settled(known, step, shown=shown, version="")

    def look(self) -> None:
        """Read everything at the target, as a full run does."""
        for name in [*self.unanswered]:
            self.settle_unanswered(name)
        listing = list(self.target.resources.values())
        desired = {name: each for name in self.desired if (each := self.wanted(name))}
        found = compare(
            listing, links=self.known, desired=desired, policy=self.policy, is_complete=True
        )
        for name in found.gone:
            del self.known[name]
        for name, known in self.known.items():
            shown = self.target.resources[known.remote_id]
            self.known[name] = known_seen(known, shown=shown, version="", policy=self.policy)

    def settle(self) -> int:
        """Run without faults until nothing is left to do; return how often."""
        for count in range(6):
            self.look()
            if sum(self.push(name) for name in (*PEOPLE, "sales")) == 0:
                return count
        raise AssertionError("It never comes to rest.")


NAMES = st.sampled_from(PEOPLE)
VALUES = st.sampled_from(["A", "B", ""])
EVENTS = st.one_of(
    st.tuples(st.just("title"), NAMES, VALUES),
    st.tuples(st.just("email"), NAMES, VALUES),
    st.tuples(st.just("roles"), NAMES, st.sampled_from([(), ("r1",), ("r1", "r2"), ("theirs",)])),
    st.tuples(st.just("manager"), NAMES, st.sampled_from([None, *PEOPLE])),
    st.tuples(st.just("leaves"), st.sampled_from([*PEOPLE, "sales"]), st.sampled_from(Cause)),
    st.tuples(st.just("returns"), st.sampled_from([*PEOPLE, "sales"]), st.none()),
    st.tuples(
        st.just("push"),
        st.sampled_from([*PEOPLE, "sales"]),
        st.sampled_from(["", "", "", "refused", "lost"]),
    ),
    st.tuples(st.just("look"), st.none(), st.none()),
    st.tuples(
        st.just("there"),
        st.sampled_from([*PEOPLE, "sales"]),
        st.sampled_from(
            ["title", "email", "no email", "active", "role", "member", "no members", "deleted"]
        ),
    ),
)
POLICIES = st.builds(
    lambda departures, own, deletes: Policy(
        push_roles=True,
        push_permissions=True,
        drift=Drift.OVERWRITE,
        lists_members=True,
        departures=dict(zip(Cause, departures, strict=True)),
        own_adopted=own,
        delete_users=deletes,
    ),
    st.tuples(*(st.sampled_from(Departure) for _ in Cause)),
    st.booleans(),
    st.booleans(),
)


DIALECTS: Final = (
    Dialect(),
    Dialect(value_paths=False),
    Dialect(patch=False),
    Dialect(patch_ops=frozenset({"replace"})),
)


def happen(world: World, what: str, name: Any, value: Any) -> None:
    """Let one thing happen, here or at the target."""
    if what == "push":
        world.push(name, value)
    elif what == "look":
        world.look()
    elif what == "leaves":
        world.causes.setdefault(name, value)
    elif what == "returns":
        world.causes.pop(name, None)
    elif what == "there":
        if name in world.known:
            change_there(world, world.known[name].remote_id, value)
    else:
        change_here(world, what, name, value)


def change_here(world: World, what: str, name: str, value: Any) -> None:
    desired = world.desired[name]
    resource: dict[str, Any] = deepcopy(dict(desired.resource))
    if what == "title":
        resource["title"] = value
    elif what == "email":
        resource["emails"] = [{"type": "work", "value": value}] if value else []
    elif what == "roles":
        roles = tuple((key, key.upper()) for key in value)
        desired = replace(desired, roles=roles, entitlements=value)
    else:
        desired = replace(desired, manager=value)
    world.desired[name] = replace(desired, resource=resource)


def change_there(world: World, remote_id: str, what: str) -> None:
    """Let somebody else change a resource of the target."""
    resource = world.target.resources.get(remote_id)
    if resource is None:
        return
    if what == "deleted":
        del world.target.resources[remote_id]
    elif "userName" in resource:
        change_account(resource, what)
    elif what == "member":
        resource.setdefault("members", []).append({"value": "s0"})
    else:
        resource.pop("members", None)


def change_account(resource: dict[str, Any], what: str) -> None:
    if what == "title":
        resource["title"] = "Drifted"
    elif what == "email":
        resource.setdefault("emails", []).append({"type": "home", "value": "home@x"})
    elif what == "no email":
        resource.pop("emails", None)
    elif what == "active":
        resource["active"] = False
    else:
        resource.setdefault("roles", []).append({"value": "of others"})


def of_others(resource: dict[str, Any]) -> dict[str, set[str]]:
    """Return the values of a resource that only somebody else can have set."""
    strange = {"s0", "of others", "home@x"}
    return {
        name: {each["value"] for each in resource.get(name, ())} & strange
        for name in ("members", "roles", "emails")
    }


@settings(max_examples=400)
@given(
    policy=POLICIES,
    dialect=st.sampled_from(DIALECTS),
    events=st.lists(EVENTS, min_size=6, max_size=25),
    begins_in_step=st.sampled_from([True, True, False]),
)
def test_a_target_comes_to_hold_what_it_should(
    policy: Policy, dialect: Dialect, events: list[Any], *, begins_in_step: bool
) -> None:
    world = World(policy, Target(dialect))
    if begins_in_step:
        for name in PEOPLE:
            change_here(world, "roles", name, ("r1", "r2"))
        world.desired["ada"] = replace(world.desired["ada"], manager="eve")
        world.settle()
    for event in events:
        before = {key: of_others(each) for key, each in world.target.resources.items()}
        happen(world, *event)
        if event[0] == "push":
            after = {key: of_others(each) for key, each in world.target.resources.items()}
            assert {key: before[key] for key in after if key in before} == {
                key: each for key, each in after.items() if key in before
            }
    world.settle()
    writes = world.target.writes

    assert (world.settle(), world.target.writes) == (0, writes)
    assert set(world.target.deleted) <= world.ours | ({"s1"} if policy.own_adopted else set())
    assert world.target.resources["s0"] == STRANGER
    ids = {name: known.remote_id for name, known in world.known.items()}
    for name in PEOPLE:
        check_person(world, name, ids)
    if "sales" not in world.causes:
        there = world.target.resources[ids["sales"]].get("members", [])
        values = {each["value"] for each in there} - {"s0"}
        assert values >= {ids[name] for name in PEOPLE if name not in world.causes}
        assert values.isdisjoint({ids[name] for name in world.causes if name in ids})


def check_person(world: World, name: str, ids: dict[str, str]) -> None:
    desired = world.wanted(name)
    if desired is None:
        departure = world.policy.departures[world.causes[name]]
        if name in ids and departure is not Departure.NOTHING:
            assert world.target.resources[ids[name]]["active"] is False
        return
    resource = world.target.resources[ids[name]]
    assert resource["active"] is True
    for path, value in wanted_values(desired).items():
        assert is_shown(resource, path, value)
    roles = {each["value"] for each in resource.get("roles", [])}
    assert roles - {"theirs", "of others"} == {key for key, _ in desired.roles} - {"theirs"}
    manager = value_at(resource, parse_target_path(f"{MANAGER}.value"))
    assert manager == (ids.get(desired.manager) if desired.manager else None)
