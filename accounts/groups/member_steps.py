"""The steps of a change of members of a directory group, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.errors import GroupCycleError
from accounts.group_kinds.member_deltas import MemberDelta, audit_details, refuse_unknown
from accounts.groups.group_rules import MembershipChange
from accounts.models import DirectoryGroup, DirectoryGroupMember
from accounts.storage.member_rows import let_people_in
from accounts.storage.memberships import groups_below
from accounts.trail import audit

if TYPE_CHECKING:
    from uuid import UUID


class NestingError(Exception):
    """Groups join or leave, so the rules must be held from the beginning."""


class MemberSteps:
    """Applies steps to the member rows of one group and remembers who joined and left.

    With ``nests`` the caller holds the rules.

    Raises:
        NestingError: Groups would join or leave, and the rules are not held.
    """

    def __init__(self, group: DirectoryGroup, *, nests: bool) -> None:
        self._group = group
        self._nests = nests
        self._joined: dict[UUID, None] = {}
        self._left: dict[UUID, None] = {}
        self._groups: set[UUID] = set()
        """Which of those who joined or left are groups."""

    @property
    def changed(self) -> bool:
        """Whether membership is other than before."""
        return bool(self._joined or self._left)

    @property
    def change(self) -> MembershipChange:
        """The difference, as the rules that follow from it need it."""
        return MembershipChange(
            joined=[pk for pk in self._joined if pk not in self._groups],
            left=[pk for pk in self._left if pk not in self._groups],
            joined_groups=[pk for pk in self._joined if pk in self._groups],
            left_groups=[pk for pk in self._left if pk in self._groups],
        )

    def apply(self, delta: MemberDelta) -> None:
        """Carry out one step."""
        if delta.removes:
            self._remove(delta)
        if delta.add:
            self._add(set(delta.add))

    def record(self) -> None:
        """Write who joined and left into the audit trail."""
        audit.record_all(
            audit.Event("group.members_changed", self._group, details)
            for details in audit_details(self._joined, self._left)
        )

    def _remove(self, delta: MemberDelta) -> None:
        rows = DirectoryGroupMember.objects.filter(_leaving(delta), group=self._group)
        leaving: list[tuple[int, UUID | None, UUID | None]] = list(
            rows.values_list("pk", "user_id", "member_group_id")
        )
        if not leaving:
            return
        self._require_rules(nests=any(group_id for _pk, _user_id, group_id in leaving))
        DirectoryGroupMember.objects.filter(pk__in=[row[0] for row in leaving]).delete()
        for _pk, user_id, group_id in leaving:
            if user_id is not None:
                self._note(user_id, self._joined, self._left)
            if group_id is not None:
                self._note(group_id, self._joined, self._left)
                self._groups.add(group_id)

    def _add(self, wanted: set[UUID]) -> None:
        people = let_people_in(group_id=self._group.pk, ids=wanted)
        for pk, is_new in people.items():
            if is_new:
                self._note(pk, self._left, self._joined)
        if len(people) < len(wanted):
            self._add_groups(wanted - people.keys())

    def _add_groups(self, wanted: set[UUID]) -> None:
        members = DirectoryGroupMember.objects.filter(group=self._group)
        groups: dict[UUID, bool] = dict(
            DirectoryGroup.objects.filter(pk__in=wanted)
            .annotate(is_in=Exists(members.filter(member_group=OuterRef("pk"))))
            .values_list("pk", "is_in")
        )
        refuse_unknown(wanted - groups.keys())
        new = [pk for pk, is_in in groups.items() if not is_in]
        if not new:
            return
        self._require_rules(nests=True)
        self._require_no_cycle(new)
        DirectoryGroupMember.objects.bulk_create(
            [DirectoryGroupMember(group=self._group, member_group_id=pk) for pk in new],
            ignore_conflicts=True,
        )
        for pk in new:
            self._note(pk, self._left, self._joined)
        self._groups.update(new)

    def _require_rules(self, *, nests: bool) -> None:
        if nests and not self._nests:
            raise NestingError

    def _require_no_cycle(self, groups: list[UUID]) -> None:
        # Two nestings at once, each harmless by itself, could close a circle; but the rules are
        # held.
        if self._group.pk in groups_below(groups):
            raise GroupCycleError(
                _(
                    "%(group)s would be inside itself: one of the groups to add is, or "
                    "contains, %(group)s. Remove it from there first."
                )
                % {"group": self._group.display_name}
            )

    @staticmethod
    def _note(pk: UUID, undone: dict[UUID, None], done: dict[UUID, None]) -> None:
        if pk in undone:
            del undone[pk]
        else:
            done[pk] = None


def _leaving(delta: MemberDelta) -> Q:
    if delta.remove_others:
        stay = Q(user_id__in=set(delta.add)) | Q(member_group_id__in=set(delta.add))
        kept = Q(user_id__isnull=False) | Q(member_group_id__isnull=False)
        return kept & ~stay if delta.add else kept
    return Q(user_id__in=set(delta.remove)) | Q(member_group_id__in=set(delta.remove))
