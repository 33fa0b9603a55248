"""The operations on Groups: directory groups in full, roles and profiles by their members only.

Members are changed as a difference and never loaded for it.  The answer to a change shows the
members of a group of up to :data:`scim.limits.SHOWN_AFTER_CHANGE`, and leaves ``members``
out for a larger one.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.errors import ChangedMeanwhileError, UnknownGroupError
from accounts.services.group_locks import hold_rules
from accounts.services.group_sets import NewGroup, create_groups
from accounts.services.groups import create_group, delete_group, update_group
from accounts.services.member_deltas import MemberDelta
from scim.answers import Answer
from scim.fixed_groups import change_fixed_group
from scim.group_adapter import group_fields, group_location, group_resource
from scim.group_deltas import deltas_of, member_uuids, split_members, steps_of
from scim.group_members import members_after_change, shown_members
from scim.group_rows import GroupKind, GroupRow, read_group, read_group_to_change, row_of
from scim.protocol.errors import ConflictError, ForbiddenError, NotFoundError, SCIMError
from scim.protocol.group_patch import read_group_patch, read_member_ids
from scim.protocol.patch import apply_operations
from scim.protocol.preconditions import check_if_match, entity_tag
from scim.protocol.requirements import check_complete
from scim.protocol.resources import check_immutable, read_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scim.authentication import Credential
    from scim.protocol.group_patch import GroupChange
    from scim.protocol.projection import Projection
    from scim.resource_types import SourceSchemas

_FIRST_VERSION: Final = entity_tag(1)
_ATTEMPTS: Final = 3
"""How often a change is computed anew when another one came in between."""


class GroupEndpoint:
    """Groups of the active tenant as one source may handle them."""

    def __init__(self, credential: Credential, schemas: SourceSchemas) -> None:
        self._credential = credential
        self._type = schemas.group
        self._mapping = schemas.group_mapping

    def retrieve(self, key: str, projection: Projection) -> dict[str, Any]:
        """Return a group; all its members are read when the client will see them.

        Raises:
            NotFoundError: There is no such group.
        """
        row = read_group(key)
        return group_resource(row, shown_members(row, projection))

    def create(self, data: object, projection: Projection) -> Answer:
        """Make a directory group with its members.

        Raises:
            InvalidValueError: A required value is missing, does not fit, or a member is unknown.
            GroupNameTakenError: A directory group has this name already.
        """
        new = self._new(data)
        group = create_group(values=new.values, member_ids=new.member_ids)
        return self._shown(HTTPStatus.CREATED, row_of(group), projection)

    def create_set(
        self, many: Sequence[object], projection: Projection
    ) -> list[Answer | SCIMError | None]:
        """See :class:`scim.answers.Endpoint`; what is not plain is left to :meth:`create`."""
        results: list[Answer | SCIMError | None] = [None] * len(many)
        new: dict[int, NewGroup] = {}
        for index, data in enumerate(many):
            try:
                new[index] = self._new(data)
            except SCIMError as error:
                results[index] = error
        made = create_groups(many=list(new.values()))
        for index, group_id in zip(new, made, strict=True):
            if group_id is not None:
                key = str(group_id)
                results[index] = Answer(
                    HTTPStatus.CREATED, None, group_location(key), _FIRST_VERSION, key
                )
        return results

    def _new(self, data: object) -> NewGroup:
        rest, sent = split_members(data, self._type)
        resource = self._mapping.apply(read_resource(rest, self._type), self._type)
        check_complete(resource, self._type)
        members = member_uuids(read_member_ids(sent)) if sent is not None else ()
        return NewGroup(group_fields(resource), members)

    def replace(
        self, key: str, data: object, projection: Projection, if_match: str | None
    ) -> Answer:
        """Make a directory group hold what was sent, members included, and nothing else.

        Of a role or a profile only the members are replaced, and only when they were sent.

        Raises:
            InvalidValueError: A required value is missing, does not fit, or a member is unknown.
            MutabilityError: A role or profile would get another name.
            PreconditionFailedError: The group changed since the client read it.
        """
        rest, sent = split_members(data, self._type)
        sent_ids = None if sent is None else read_member_ids(sent)

        def change(row: GroupRow) -> GroupRow:
            before = group_resource(row)
            wanted = self._mapping.apply(read_resource(rest, self._type), self._type, before)
            if row.kind != GroupKind.DIRECTORY:
                delta = MemberDelta(add=member_uuids(sent_ids or ()), remove_others=True)
                return change_fixed_group(row, wanted, [delta] if sent_ids is not None else [])
            check_complete(wanted, self._type)
            check_immutable(before, wanted, self._type)
            delta = MemberDelta(add=member_uuids(sent_ids or ()), remove_others=True)
            return self._store(row, wanted, [delta], if_match)

        return self._shown(HTTPStatus.OK, self._changed(key, if_match, change), projection)

    def modify(
        self, key: str, data: object, projection: Projection, if_match: str | None
    ) -> Answer:
        """Apply a PatchOp: all of it, or nothing.

        Raises:
            SCIMError: See :func:`scim.protocol.group_patch.read_group_patch`.
            PreconditionFailedError: The group changed since the client read it.
        """
        patch = read_group_patch(data, self._type)
        row = self._changed(key, if_match, lambda row: self._patch(row, patch, if_match))
        return self._shown(HTTPStatus.OK, row, projection)

    def remove(self, key: str, if_match: str | None) -> Answer:
        """Delete a directory group.

        Raises:
            NotFoundError: There is no such group.
            ForbiddenError: It is a role or an access profile, which only the console deletes.
            PreconditionFailedError: The group changed since the client read it.
        """

        def delete(row: GroupRow) -> GroupRow:
            if row.kind != GroupKind.DIRECTORY:
                raise ForbiddenError(
                    f"{row.id} cannot be deleted over SCIM. Remove its members instead."
                )
            delete_group(group=row.directory_group, only_unchanged=if_match is not None)
            return row

        self._changed(key, if_match, delete)
        return Answer(HTTPStatus.NO_CONTENT)

    def _patch(self, row: GroupRow, patch: GroupChange, if_match: str | None) -> GroupRow:
        wanted: Mapping[str, Any] = group_resource(row)
        if patch.operations:
            before = wanted
            wanted = apply_operations(before, patch.operations, self._type)
            wanted = self._mapping.apply(dict(wanted), self._type, before)
        deltas = deltas_of(patch.members)
        if deltas is not None:
            return self._apply(row, wanted, deltas, if_match)
        with transaction.atomic():
            if row.kind == GroupKind.DIRECTORY:
                hold_rules()  # A later step may nest groups.
            # What a filter selects depends on the steps before it.
            for step in steps_of(patch.members):
                row = self._apply(row, wanted, [step(row)], if_match)
        return row

    def _apply(
        self,
        row: GroupRow,
        wanted: Mapping[str, Any],
        deltas: list[MemberDelta],
        if_match: str | None,
    ) -> GroupRow:
        if row.kind == GroupKind.DIRECTORY:
            return self._store(row, wanted, deltas, if_match)
        return change_fixed_group(row, wanted, deltas)

    def _store(
        self,
        row: GroupRow,
        wanted: Mapping[str, Any],
        deltas: list[MemberDelta],
        if_match: str | None,
    ) -> GroupRow:
        group = row.directory_group
        update_group(
            group=group,
            values=group_fields(wanted),
            members=deltas,
            only_unchanged=if_match is not None,
        )
        stays_large = row.is_large and not any(delta.removes for delta in deltas)
        return row_of(group, is_large=stays_large)

    def _changed(
        self, key: str, if_match: str | None, change: Callable[[GroupRow], GroupRow]
    ) -> GroupRow:
        """Read the group and change it; do so again when somebody else was faster."""
        for _attempt in range(_ATTEMPTS):
            row = read_group_to_change(key)
            check_if_match(if_match, entity_tag(row.version) if row.version is not None else "")
            try:
                return change(row)
            except ChangedMeanwhileError:
                continue
            except UnknownGroupError as error:
                raise NotFoundError(str(error)) from error
        raise ConflictError("The group keeps changing. Repeat the request.")

    def _shown(self, status: HTTPStatus, row: GroupRow, projection: Projection) -> Answer:
        resource = group_resource(row, members_after_change(row, projection))
        meta = resource["meta"]
        return Answer(status, resource, meta["location"], meta.get("version", ""), row.id)
