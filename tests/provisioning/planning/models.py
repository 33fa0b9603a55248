"""People, links and a target in memory, for tests of planning."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from provisioning.planning.objects import Cause, Departure, Desired, Known, Policy
from provisioning.planning.outcomes import known_after, known_created
from provisioning.planning.plan import plan_object
from provisioning.protocol.dialects import Dialect
from provisioning.protocol.requests import create_body, patch_bodies
from provisioning.protocol.steps import Action, Kind, Step
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.patch import apply_patch
from scim.protocol.resources import read_resource

ADA_PATHS = frozenset({"userName", "title", 'emails[type eq "work"].value', "name.givenName"})
DELETING = Policy(
    push_roles=True,
    push_permissions=True,
    departures={
        Cause.LEFT_SCOPE: Departure.DEACTIVATE,
        Cause.DEACTIVATED: Departure.DEACTIVATE,
        Cause.DELETED: Departure.DELETE,
    },
)


def person(object_id: str = "ada", **more: Any) -> Desired:
    resource = {
        "userName": f"{object_id}@x",
        "title": "T",
        "emails": [{"type": "work", "value": f"{object_id}@x"}],
        "name": {"givenName": object_id.title()},
    }
    return Desired(
        Kind.USER, object_id, object_id, **{"resource": resource, "filled": ADA_PATHS, **more}
    )


def group(object_id: str = "sales", **more: Any) -> Desired:
    resource = {"displayName": object_id}
    filled = frozenset({"displayName"})
    return Desired(
        Kind.GROUP, object_id, object_id, **{"resource": resource, "filled": filled, **more}
    )


def linked(desired: Desired, **more: Any) -> Known:
    """Return a link that has everything of ``desired``'s attributes and nothing else."""
    shown = {**deepcopy(dict(desired.resource)), "id": f"r-{desired.object_id}", "active": True}
    return replace(known_created(desired, shown=shown, version=""), **more)


def planned(
    desired: Desired | None, known: Known | None, cause: Cause | None = None, **more: Any
) -> list[Step]:
    policy = more.get("policy", DELETING)
    ids = more.get("remote_ids", {})
    return plan_object(desired=desired, known=known, cause=cause, policy=policy, remote_ids=ids)


@dataclass
class Target:
    """A target whose PATCH is the one of our own server, and a note of what was asked of it."""

    dialect: Dialect = field(default_factory=Dialect)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    writes: int = 0
    made: int = 0

    def create(self, kind: Kind, step: Step) -> dict[str, Any]:
        body = create_body(self.dialect, kind, step)
        self.writes, self.made = self.writes + 1, self.made + 1
        resource = {**read_resource(body, _type(kind)), "id": f"t{self.made}"}
        self.resources[resource["id"]] = resource
        return deepcopy(resource)

    def do(self, remote_id: str, kind: Kind, step: Step) -> dict[str, Any] | None:
        """Do a step to a resource; ``None``: it is not there."""
        if remote_id not in self.resources:
            return None
        self.writes += 1
        if step.action is Action.DELETE:
            self.deleted.append(remote_id)
            return self.resources.pop(remote_id)
        for body in patch_bodies(self.dialect, step, self.resources[remote_id]):
            after = apply_patch(self.resources[remote_id], body, _type(kind))
            self.resources[remote_id] = {**after, "id": remote_id}
        return deepcopy(self.resources[remote_id])


def bring_in_step(
    target: Target,
    known: Known | None,
    steps: list[Step],
    desired: Desired | None,
) -> Known | None:
    """Perform the steps as the engine does; a resource that is gone is unlinked."""
    for step in steps:
        if step.action is Action.CREATE:
            assert desired is not None
            known = known_created(desired, shown=target.create(desired.kind, step), version="")
            continue
        assert known is not None
        shown = target.do(known.remote_id, known.kind, step)
        if shown is None:
            return None
        known = known_after(known, step, shown=shown, version="")
    return known


def _type(kind: Kind) -> Any:
    return USER if kind is Kind.USER else GROUP
