"""People, links and a target in memory, for tests of planning."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from provisioning.planning.objects import Cause, Departure, Desired, Known, Policy
from provisioning.planning.outcomes import known_created
from provisioning.planning.plan import plan_object
from provisioning.planning.values import last_seen
from provisioning.protocol.answers import Outcome
from provisioning.protocol.dialects import Dialect
from provisioning.protocol.fallbacks import fallback
from provisioning.protocol.requests import create_body, needs_read, patch_bodies, put_body
from provisioning.protocol.steps import Action, Kind, Step
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.errors import SCIMError
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

    def do(self, known: Known, step: Step) -> dict[str, Any] | None:
        """Do a step to a linked resource, as the target lets it be said; ``None``: it is gone."""
        if known.remote_id not in self.resources:
            return None
        self.writes += 1
        if step.action is Action.DELETE:
            self.deleted.append(known.remote_id)
            return self.resources.pop(known.remote_id)
        dialect: Dialect | None = self.dialect
        tried: set[Dialect] = set()
        while dialect is not None:
            try:
                after = self._said(dialect, known, step)
            except SCIMError as error:
                tried.add(dialect)
                answer = Outcome("PATCH", error.status, error.scim_type, error.detail)
                dialect = fallback(dialect, step, answer, tried=tried)
            else:
                self.resources[known.remote_id] = {**after, "id": known.remote_id}
                return deepcopy(self.resources[known.remote_id])
        raise AssertionError(f"{step} cannot be said.")

    def _said(self, dialect: Dialect, known: Known, step: Step) -> dict[str, Any]:
        """Return the resource after a step; only what has to be read before is read."""
        resource, kind = self.resources[known.remote_id], _type(known.kind)
        if not dialect.patch:
            return read_resource(put_body(dialect, known.kind, step, resource), kind)
        seen = resource if needs_read(dialect, step) else last_seen(known)
        for body in patch_bodies(dialect, step, seen):
            resource = apply_patch(resource, body, kind)
        return resource


def _type(kind: Kind) -> Any:
    return USER if kind is Kind.USER else GROUP
