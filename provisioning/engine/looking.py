"""What has to be done about objects of an application, worked out from what is so now."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from accounts.identifiers import read_uuid
from accounts.storage.held_changes import held_of
from provisioning.desired import cause_of, desired_groups, desired_users
from provisioning.engine.dialects import dialect_at, policy_at
from provisioning.engine.known import known_of, members_of, remote_ids_of
from provisioning.models import Link, Phase
from provisioning.planning.objects import Cause, Departure
from provisioning.planning.outcomes import known_first_wanted
from provisioning.planning.plan import plan_object
from provisioning.protocol.canonical import digest
from provisioning.protocol.steps import Action, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from provisioning.models import Application
    from provisioning.planning.objects import Desired, Known, Policy
    from provisioning.protocol.steps import Step

PORTION: Final = 200
_LONGEST_NAME: Final = 500
UNSURE: Final = frozenset({Link.State.MAKING, Link.State.UNKNOWN})
"""States of links to what may be there, or may not."""
TAKING: Final = frozenset({Action.DEACTIVATE, Action.DELETE})
"""What takes access away."""

_PHASES: Final[Mapping[Action, Phase]] = {
    Action.ADD_MEMBERS: Phase.MEMBERSHIPS,
    Action.REMOVE_MEMBERS: Phase.MEMBERSHIPS,
    Action.SET_ROLES: Phase.ROLES,
    Action.SET_REFERENCE: Phase.REFERENCES,
    Action.DELETE: Phase.DELETIONS,
}


@dataclass(slots=True)
class Wanted:
    """What a target should hold of some objects, and for whom the mapping cannot be evaluated."""

    desired: Mapping[str, Desired] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """One object at one application: what is wanted, what is known, and what follows.

    ``digest`` tells what was shown from what would be sent now; ``wanted`` what is wanted from
    what was wanted before.
    """

    kind: Kind
    object_id: str
    name: str
    desired: Desired | None
    link: Link | None
    known: Known | None
    cause: Cause | None
    policy: Policy
    remote_ids: Mapping[str, str]
    steps: Sequence[Step]
    digest: str
    wanted: str
    error: str = ""
    """Why the mapping cannot be evaluated for it; nothing is done about it then."""

    @property
    def is_removal(self) -> bool:
        """Whether it counts: it is deleted there, or deactivated because it left the scope."""
        actions = {step.action for step in self.steps}
        if Action.DELETE in actions:
            return True
        return Action.DEACTIVATE in actions and self.cause is Cause.LEFT_SCOPE

    @property
    def takes_access(self) -> bool:
        """Whether it is a removal, or the deactivation of somebody who was deactivated here."""
        return bool({step.action for step in self.steps} & TAKING)

    @property
    def may_be_there(self) -> bool:
        """Whether it leaves, and may have been made by a request that nobody answered.

        Nothing can be planned of it before it was looked for there.
        """
        link = self.link
        if link is None or link.remote_id or link.state not in UNSURE:
            return False
        may_delete = self.policy.delete_users
        departure = self.policy.departure(self.cause, adopted=False, may_delete=may_delete)
        return self.desired is None and departure is not Departure.NOTHING

    @property
    def phase(self) -> Phase:
        """When the first step has its turn."""
        return phase_of(self.kind, self.steps[0]) if self.steps else Phase.USERS

    @property
    def awaited(self) -> set[str]:
        """Who should be a member or the manager, and is not at the target yet."""
        if self.desired is None:
            return set()
        named = {self.desired.manager} if self.desired.manager else set()
        return {each for each in (*self.desired.members, *named) if each not in self.remote_ids}

    @property
    def may_await(self) -> bool:
        """Whether a member or the manager may be noted as not there, or is not there now."""
        return self.kind is Kind.GROUP or bool(self.awaited)

    def with_known(self, known: Known | None) -> View:
        """Return the same object with something else known of it, planned anew."""
        steps = plan_object(
            desired=self.desired,
            known=known,
            cause=self.cause,
            policy=self.policy,
            remote_ids=self.remote_ids,
        )
        return replace(self, known=known, steps=steps)


def phase_of(kind: Kind, step: Step) -> Phase:
    """Return when a step has its turn."""
    return _PHASES.get(step.action, Phase.USERS if kind is Kind.USER else Phase.GROUPS)


def look_at(application: Application, kind: Kind, object_id: str) -> View:
    """Return how one object stands at an application now."""
    [view] = look_at_all(application, kind, [object_id])
    return view


def look_at_all(
    application: Application, kind: Kind, object_ids: Collection[str]
) -> Iterator[View]:
    """Return how objects stand at an application, those that are wanted there and the others."""
    wanted = sorted(set(object_ids))
    for start in range(0, len(wanted), PORTION):
        portion = wanted[start : start + PORTION]
        wanted_there = Wanted()
        rows = desired_of(application, kind, wanted_there.refused, portion)
        wanted_there.desired = {each.object_id: each for each in rows}
        yield from look(application, kind, portion, wanted_there)


def desired_of(
    application: Application,
    kind: Kind,
    refused: dict[str, str],
    object_ids: Collection[str] | None = None,
) -> Iterator[Desired]:
    """Return what the target should hold of one kind, in the order of ids.

    Those for whom the mapping cannot be evaluated come into ``refused``, with the reason.
    """
    if kind is Kind.USER:
        return desired_users(application=application, ids=object_ids, refused=refused)
    if not dialect_at(application).groups:
        return iter(())
    return desired_groups(application=application, ids=object_ids, refused=refused)


def look(
    application: Application,
    kind: Kind,
    object_ids: Sequence[str],
    wanted: Wanted,
) -> Iterator[View]:
    """Return how a portion of objects stands, with what is wanted of them read already."""
    portion = _Portion(application, kind, object_ids, wanted)
    for object_id in object_ids:
        yield portion.view_of(object_id)


class _Portion:
    """What has to be read of some objects, in a fixed number of statements."""

    def __init__(
        self,
        application: Application,
        kind: Kind,
        object_ids: Sequence[str],
        wanted: Wanted,
    ) -> None:
        desired = wanted.desired
        self._kind = kind
        self._desired = desired
        self._refused = wanted.refused
        rows = Link.objects.filter(application=application, kind=kind, object_id__in=object_ids)
        self._links = {link.object_id: link for link in rows}
        self._members = members_of(self._links.values())
        gone = [each for each in object_ids if each not in desired and each not in self._refused]
        self._causes = cause_of(application=application, object_ids=gone) if gone else {}
        self._staying = self._held_of(gone)
        self._policy = policy_at(application)
        self._policy_as_json = _as_json(self._policy)
        self._remote_ids = remote_ids_of(application, _named(desired.values()))

    def view_of(self, object_id: str) -> View:
        """Return how one of the objects stands."""
        desired, link = self._desired.get(object_id), self._links.get(object_id)
        is_taken_in = link is not None and link.is_taken_in
        stays = is_taken_in or object_id in self._staying
        cause = None if desired or stays else self._causes.get(object_id)
        desired = self._with_staying(desired, link)
        named = _named([desired]) if desired else frozenset[str]()
        known = known_of(link, self._members.get(link.pk) if link else None)
        there = {each: self._remote_ids[each] for each in named if each in self._remote_ids}
        if known:
            staying = named & self._staying & known.members.keys()
            there |= {each: known.members[each] for each in staying}
        if is_taken_in and desired and known:
            known = known_first_wanted(desired, known)
        wanted = digest(_as_json(desired))
        return View(
            kind=self._kind,
            object_id=object_id,
            name=_name_of(desired, link),
            desired=desired,
            link=link,
            known=known,
            cause=cause,
            policy=self._policy,
            remote_ids=there,
            steps=plan_object(
                desired=desired,
                known=known,
                cause=cause,
                policy=self._policy,
                remote_ids=there,
            ),
            digest=digest([wanted, cause or "", self._policy_as_json]),
            wanted=wanted,
            error=self._refused.get(object_id, ""),
        )

    def _held_of(self, gone: Sequence[str]) -> frozenset[str]:
        """Return whom nothing is taken away from: what a source did to them here is held.

        They are among the people who are wanted no more, or among the members of groups.
        """
        people = gone if self._kind is Kind.USER else self._put_in()
        return frozenset(held_of([key for text in people if (key := read_uuid(text))]))

    def _put_in(self) -> list[str]:
        """Return whom we have put into the groups, and who are wanted there no more."""
        return [
            member
            for link in self._links.values()
            if (desired := self._desired.get(link.object_id)) is not None
            for member in self._members[link.pk].put_in
            if member not in desired.members
        ]

    def _with_staying(self, desired: Desired | None, link: Link | None) -> Desired | None:
        """Return what is wanted of a group with the members that stay in it for now."""
        if desired is None or link is None or self._kind is not Kind.GROUP or not self._staying:
            return desired
        staying = self._staying & self._members[link.pk].put_in.keys()
        return replace(desired, members=desired.members | staying) if staying else desired


def _name_of(desired: Desired | None, link: Link | None) -> str:
    """Return what an object is called, as long as rows keep it: people may be called longer."""
    name = desired.name if desired else link.name if link else ""
    return name[:_LONGEST_NAME]


def deletes_later(view: View) -> bool:
    """Tell whether whoever is deactivated now is to be deleted after some days."""
    if view.cause is None:
        return False
    return view.policy.departures.get(view.cause) is Departure.DEACTIVATE_THEN_DELETE


def digest_of_policy(policy: Policy) -> str:
    """Return a digest of all switches and departures."""
    return digest(_as_json(policy))


def _named(desired: Iterable[Desired]) -> frozenset[str]:
    """Return the ids of all members and managers."""
    named: set[str] = set()
    for each in desired:
        named |= each.members
        if each.manager:
            named.add(each.manager)
    return frozenset(named)


def _as_json(value: Desired | Policy | None) -> Any:
    """Return a value of planning in a form that has one digest: sets in order."""
    return None if value is None else _ordered(asdict(value))


def _ordered(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, dict):
        return {str(key): _ordered(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ordered(each) for each in value]
    return value
