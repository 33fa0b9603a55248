"""Directory groups: making, changing and deleting them, and who is in them.

Membership is changed as a difference, in SQL: adding one person to a group costs the same
whether it has ten members or a hundred thousand.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import (
    AccountError,
    ChangedMeanwhileError,
    GroupNameTakenError,
    UnknownGroupError,
)
from accounts.group_kinds.keeping_apart import keep_apart_from_fixed
from accounts.group_kinds.member_deltas import IDS_IN_ONE_ENTRY, MemberDelta, audit_details
from accounts.groups.group_rules import MembershipChange, spread_change
from accounts.groups.member_steps import MemberSteps, NestingError
from accounts.models import DirectoryGroup, DirectoryGroupMember
from accounts.names import group_name_key
from accounts.storage.group_locks import hold_group, hold_inside, hold_rules
from accounts.storage.group_versions import touch_group, touch_groups
from accounts.storage.member_rows import change_plain_group, take_everybody_out
from accounts.storage.memberships import MappedGroup, people_below
from accounts.storage.violations import violated_constraint
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from accounts.trail.changes import changes, differs, flat, names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from uuid import UUID

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFields:
    """Everything of a directory group but its members that an identity provider may set."""

    display_name: str
    external_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, group: DirectoryGroup) -> GroupFields:
        """Return the present values of ``group``."""
        return cls(
            display_name=group.display_name,
            external_id=group.external_id,
            attributes=group.attributes,
        )


def create_group(*, values: GroupFields, member_ids: Collection[UUID] = ()) -> DirectoryGroup:
    """Create a directory group with these people and groups in it.

    Raises:
        GroupNameTakenError: The tenant has a directory group of that name, however it is spelt.
        NameNotPermittedError: No group can be called so.
        UnknownMemberError: A member does not exist in the active tenant.
    """
    return _nesting_if_need_be(lambda nests: _create_group(values, member_ids, nests=nests))


def _create_group(
    values: GroupFields, member_ids: Collection[UUID], *, nests: bool
) -> DirectoryGroup:
    keep_apart_from_fixed(values.display_name)
    if nests:
        hold_rules()
    now = timezone.now()
    group = DirectoryGroup(
        tenant_id=active_tenant_id(),
        display_name=values.display_name,
        external_id=values.external_id,
        attributes=values.attributes,
        created=now,
        last_modified=now,
    )
    with _group_names_checked():
        group.save(force_insert=True)
    audit.record("group.created", group)
    if member_ids:
        members = MemberSteps(group, nests=nests)
        members.apply(MemberDelta(add=tuple(member_ids)))
        members.record()
        # No group is above one that is new, and nothing is mapped to it yet.
        spread_change(change=members.change, above=[MappedGroup(group.pk, "", [])])
    return group


def update_group(
    *,
    group: DirectoryGroup,
    values: GroupFields,
    members: Sequence[MemberDelta] = (),
    only_unchanged: bool = False,
) -> bool:
    """Give ``group`` these values and apply the steps to its members; return whether it changed.

    ``version`` and ``last_modified`` move, also in ``group`` itself, only when it did.  With
    ``only_unchanged`` the group must not have changed since it was read, as it must not when
    ``values`` differ from what was read.

    Raises:
        ChangedMeanwhileError: Somebody else changed the group; read it again.
        UnknownGroupError: Somebody else deleted it.
        GroupNameTakenError: Another directory group has that name, however it is spelt.
        NameNotPermittedError: No group can be called so.
        UnknownMemberError: A member to add does not exist in the active tenant.
        GroupCycleError: The group would be inside itself.
        LastAdminError: A mapped role would take the last active admin away.
    """
    changed = _changed_names(group, values)
    if not changed and not only_unchanged and _is_one_simple_step(members):
        entry = audit.values_of(audit.Event("group.members_changed", group))
        [step] = members
        done = change_plain_group(group=group, entry=entry, add=step.add, remove=step.remove)
        if done is not None:
            return done
    before = GroupFields.of(group)
    change = _Change(before, values, changed, members, as_read=bool(changed) or only_unchanged)
    try:
        return _nesting_if_need_be(lambda nests: _change_group(group, change, nests=nests))
    except AccountError:
        for name in changed:
            setattr(group, name, getattr(before, name))
        raise


def hold_group_to_change(*, group_id: UUID, members: Sequence[MemberDelta]) -> None:
    """Hold what :func:`update_group` would hold for these steps, nesting included.

    Waits for everybody who is changing the group, in their order; nobody else changes it until
    the transaction ends, so that what is read then is what will be changed.
    """
    hold_rules()
    if len(members) == 1 and members[0].remove_others:
        hold_group(group_id, people=members[0].add, no_others=True)
    else:
        hold_group(group_id, people=_few_people(members))


class _Change(NamedTuple):
    """What :func:`update_group` is asked for.

    ``before`` is what was read, ``changed`` are the names of the values that differ from it;
    ``as_read`` says that the group must not have changed since.
    """

    before: GroupFields
    values: GroupFields
    changed: list[str]
    members: Sequence[MemberDelta]
    as_read: bool


def _change_group(group: DirectoryGroup, change: _Change, *, nests: bool) -> bool:
    _hold_what_it_takes(group, change, nests=nests)
    if change.changed:
        _save_values(group, change.values, change.changed)
    steps = MemberSteps(group, nests=nests)
    for delta in change.members:
        steps.apply(delta)
    if not change.changed and not steps.changed:
        return False
    above = touch_group(group)
    if change.changed:
        # Not what ``group`` holds: this may be the second attempt.
        before, after = (
            {name: getattr(each, name) for name in change.changed}
            for each in (change.before, change.values)
        )
        audit.record("group.updated", group, **changes(_told(before), _told(after)))
    if steps.changed:
        steps.record()
        spread_change(change=steps.change, above=above)
    return True


def _told(values: dict[str, Any]) -> dict[str, Any]:
    attributes = values.pop("attributes", {})
    return {**values, **flat(attributes)}


@transaction.atomic
def delete_group(*, group: DirectoryGroup, only_unchanged: bool = False) -> None:
    """Delete ``group``; what it gave its members by mapping is taken back.

    Raises:
        ChangedMeanwhileError: ``only_unchanged`` was asked for and the group has changed.
        LastAdminError: A mapped role would take the last active admin away.
    """
    hold_rules()
    around = set(
        DirectoryGroupMember.objects.filter(member_group=group).values_list("group_id", flat=True)
    )
    hold_inside([group.pk], inside=group.pk, around=around)
    if only_unchanged:
        _hold(group, as_read=True)
    above = touch_group(group)
    people = people_below([group.pk])
    touch_groups(around)
    members = take_everybody_out(group_id=group.pk)
    spread_change(change=MembershipChange(left=people), above=above)
    audit.record_all(
        [
            *_left_empty(group, members),
            *_left_by(group, DirectoryGroup.objects.filter(pk__in=around) if around else ()),
            audit.Event("group.deleted", group, names({"display_name": group.display_name})),
        ]
    )
    group.delete()


def _left_empty(group: DirectoryGroup, members: Sequence[UUID]) -> Iterator[audit.Event]:
    for details in audit_details(removed=members):
        yield audit.Event("group.members_changed", group, details)


def _left_by(group: DirectoryGroup, around: Iterable[DirectoryGroup]) -> Iterator[audit.Event]:
    for outer in around:
        for details in audit_details(removed=[group.pk]):
            yield audit.Event("group.members_changed", outer, details)


def _nesting_if_need_be(change: Callable[[bool], _T]) -> _T:
    """Make ``change`` in a transaction, and if groups join or leave, make it again as one of them.

    Most changes are of people only, and which ids are those of groups shows on the way.
    """
    try:
        with transaction.atomic():
            return change(False)  # noqa: FBT003 - says whether groups may join or leave
    except NestingError:
        with transaction.atomic():
            return change(True)  # noqa: FBT003


def _is_one_simple_step(members: Sequence[MemberDelta]) -> bool:
    """Whether some join, or some leave, no more than one entry of the audit trail names."""
    if len(members) != 1 or members[0].remove_others:
        return False
    added, removed = len(members[0].add), len(members[0].remove)
    return not (added and removed) and 0 < added + removed <= IDS_IN_ONE_ENTRY


def _few_people(members: Sequence[MemberDelta]) -> set[UUID]:
    """Return whom the steps name, who are held before the group: they may get another role.

    Of very many nobody is.
    """
    named = {pk for delta in members for pk in (*delta.add, *delta.remove)}
    return named if len(named) <= IDS_IN_ONE_ENTRY else set()


def _hold_what_it_takes(group: DirectoryGroup, change: _Change, *, nests: bool) -> None:
    if "display_name" in change.changed:
        keep_apart_from_fixed(change.values.display_name)
    if nests:
        _hold_to_nest(group, change.members)
    if change.as_read or change.members:
        _hold(group, change.members, as_read=change.as_read)


def _hold_to_nest(group: DirectoryGroup, members: Sequence[MemberDelta]) -> None:
    """Hold what must not change while groups join or leave, in the order that everybody keeps."""
    hold_rules()
    named = {pk for delta in members for pk in (*delta.add, *delta.remove)}
    around = {group.pk} if any(delta.remove_others for delta in members) else set()
    hold_inside(named | around, inside=group.pk, named=_few_people(members))


def _changed_names(group: DirectoryGroup, values: GroupFields) -> list[str]:
    names = ("attributes", "display_name", "external_id")
    return [name for name in names if differs(getattr(group, name), getattr(values, name))]


def _save_values(group: DirectoryGroup, values: GroupFields, changed: list[str]) -> None:
    for name in changed:
        setattr(group, name, getattr(values, name))
    columns = list(changed)
    if "display_name" in changed:
        group.display_name_ci = group_name_key(values.display_name)
        columns.append("display_name_ci")
    with _group_names_checked():
        group.save(update_fields=columns)


def _hold(group: DirectoryGroup, members: Sequence[MemberDelta] = (), *, as_read: bool) -> None:
    """Hold those whom the steps concern and the group's row.

    Refuse when the group is gone, or is to be as it was read and is not.
    """
    if len(members) == 1 and members[0].remove_others:
        version = hold_group(group.pk, people=members[0].add, no_others=True)
    else:
        version = hold_group(group.pk, people=_few_people(members))
    if version is None:
        raise UnknownGroupError(_("The group does not exist any more."))
    if as_read and version != group.version:
        raise ChangedMeanwhileError(_("The group was changed meanwhile. Read it again."))


@contextmanager
def _group_names_checked() -> Iterator[None]:
    """Turn a violation of the unique group name, and nothing else, into our own error."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated_constraint(error) != "group_name_unique_in_tenant":
            raise
        raise GroupNameTakenError(
            _(
                "The company already has a group of this name. Letter case, spaces, and how "
                "letters are encoded, make no other name."
            )
        ) from error
