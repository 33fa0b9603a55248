"""The operations on Groups: directory groups in full, roles and profiles by their members only.

Members are changed as a difference and never loaded for it.  The answer to a change shows the
members of a group of up to :data:`scim.limits.SHOWN_AFTER_CHANGE`, and leaves ``members``
out for a larger one.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.errors import ChangedMeanwhileError, UnknownGroupError
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.group_sets import NewGroup, create_groups
from accounts.groups.groups import hold_group_to_change
from accounts.identifiers import uuid_of
from accounts.storage.group_locks import hold_rules
from scim.adapters.group_adapter import GroupAdapter, group_location
from scim.adapters.named_adapters import group_adapter
from scim.groups.group_deltas import deltas_of, member_uuids, split_members, steps_of
from scim.http.answers import Answer
from scim.protocol.errors import ForbiddenError, NotFoundError, SCIMError
from scim.protocol.group_patch import ReplaceMembers, read_group_patch, read_member_ids
from scim.protocol.own_attributes import as_shown, with_hidden
from scim.protocol.patch import apply_operations
from scim.protocol.preconditions import check_preconditions, entity_tag
from scim.protocol.requirements import check_complete
from scim.protocol.resources import check_immutable, read_resource
from scim.protocol.work import Work, check_elements
from scim.storage.group_members import members_after_change, shown_members
from scim.storage.group_rows import GroupKind, read_group, read_group_to_change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpRequest

    from scim.adapters.resource_types import SourceSchemas
    from scim.protocol.group_patch import GroupChange, MemberChange
    from scim.protocol.preconditions import Preconditions
    from scim.protocol.projection import Projection
    from scim.storage.credentials import Credential
    from scim.storage.group_rows import GroupRow

_FIRST_VERSION: Final = entity_tag(1)
_ATTEMPTS: Final = 2
"""How often a change is computed without a lock; then it waits for its turn."""


class GroupEndpoint:
    """Groups of the active tenant as one source may handle them.

    ``request`` is handed to the adapters.
    """

    def __init__(
        self, credential: Credential, schemas: SourceSchemas, request: HttpRequest
    ) -> None:
        self._credential = credential
        self._request = request
        self._adapter = group_adapter()
        self._type = schemas.group
        self._mapping = schemas.group_mapping
        self._work = Work()

    def retrieve(self, key: str, projection: Projection) -> dict[str, Any]:
        """Return a group; all its members are read when the client will see them.

        Raises:
            NotFoundError: There is no such group.
        """
        adapter = self._adapted(read_group(key))
        adapter.member_elements = shown_members(adapter.row, projection)
        return adapter.to_dict()

    def create(self, data: object, projection: Projection) -> Answer:
        """Make a directory group with its members.

        Raises:
            InvalidValueError: A required value is missing, does not fit, or a member is unknown.
            GroupNameTakenError: A directory group has this name already.
        """
        adapter = self._new(data)
        adapter.save()
        return self._shown(HTTPStatus.CREATED, adapter, projection)

    def create_set(
        self, many: Sequence[object], projection: Projection
    ) -> list[Answer | SCIMError | None]:
        """See :class:`scim.http.answers.Endpoint`; what is not plain is left to :meth:`create`."""
        results: list[Answer | SCIMError | None] = [None] * len(many)
        if self._adapter.save is not GroupAdapter.save:
            return results  # What somebody added to it is done for each.
        new: dict[int, NewGroup] = {}
        for index, data in enumerate(many):
            try:
                adapter = self._new(data)
                new[index] = NewGroup(adapter.values, adapter.deltas[0].add)
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

    def _adapted(self, row: GroupRow) -> GroupAdapter:
        return self._adapter.of_row(row, self._request)

    def _new(self, data: object) -> GroupAdapter:
        rest, sent = split_members(data, self._type)
        resource = read_resource(rest, self._type)
        check_elements(resource)
        resource = self._mapping.apply(resource, self._type)
        check_complete(resource, self._type)
        adapter = self._adapter(None, self._request)
        adapter.from_dict(resource)
        members = member_uuids(read_member_ids(sent)) if sent is not None else ()
        adapter.deltas = [MemberDelta(add=members)]
        return adapter

    def replace(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Make a directory group hold what was sent, members included, and nothing else.

        Of a role or a profile only the members are replaced, and only when they were sent.

        Raises:
            InvalidValueError: A required value is missing, does not fit, or a member is unknown.
            PreconditionFailedError: The group changed since the client read it.
        """
        rest, sent = split_members(data, self._type)
        sent_ids = None if sent is None else read_member_ids(sent)

        def change(adapter: GroupAdapter) -> None:
            before = as_shown(adapter.to_dict(), self._type)
            sent_rest = read_resource(rest, self._type)
            check_elements(sent_rest, before)
            wanted = self._mapping.apply(sent_rest, self._type, before)
            if adapter.row.kind == GroupKind.DIRECTORY:
                check_complete(wanted, self._type, before)
                check_immutable(before, wanted, self._type)
            wanted = with_hidden(wanted, before, adapter.row.attributes, self._type)
            adapter.from_dict(_as_named(wanted, adapter.row))
            if sent_ids is not None or adapter.row.kind == GroupKind.DIRECTORY:
                members = member_uuids(sent_ids or ())
                adapter.deltas = [MemberDelta(add=members, remove_others=True)]
            adapter.save()

        members = [ReplaceMembers(sent_ids or ())]
        adapter = self._changed(key, conditions, change, members)
        return self._shown(HTTPStatus.OK, adapter, projection)

    def modify(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Apply a PatchOp: all of it, or nothing.

        Raises:
            SCIMError: See :func:`scim.protocol.group_patch.read_group_patch`.
            PreconditionFailedError: The group changed since the client read it.
        """
        patch = read_group_patch(data, self._type)
        adapter = self._changed(
            key, conditions, lambda adapter: self._patch(adapter, patch), patch.members
        )
        return self._shown(HTTPStatus.OK, adapter, projection)

    def remove(self, key: str, conditions: Preconditions) -> Answer:
        """Delete a directory group.

        Raises:
            NotFoundError: There is no such group.
            ForbiddenError: It is a role or an access profile, which only the console deletes.
            PreconditionFailedError: The group changed since the client read it.
        """

        def delete(adapter: GroupAdapter) -> None:
            if adapter.row.kind != GroupKind.DIRECTORY:
                raise ForbiddenError(
                    f"{adapter.row.id} cannot be deleted over SCIM. Remove its members instead."
                )
            adapter.delete()

        self._changed(key, conditions, delete)
        return Answer(HTTPStatus.NO_CONTENT)

    def _patch(self, adapter: GroupAdapter, patch: GroupChange) -> None:
        row = adapter.row
        before = wanted = as_shown(adapter.to_dict(), self._type)
        if patch.operations:
            wanted = apply_operations(before, patch.operations, self._type, self._work)
            wanted = self._mapping.apply(wanted, self._type, before)
        kept = with_hidden(self._kept(wanted, row), before, row.attributes, self._type)
        adapter.from_dict(_as_named(kept, row))
        deltas = deltas_of(patch.members)
        if deltas is not None:
            adapter.deltas = deltas
            adapter.save()
            return
        with transaction.atomic():
            if adapter.row.kind == GroupKind.DIRECTORY:
                hold_rules()  # A later step may nest groups.
            # What a filter selects depends on the steps before it.
            for step in steps_of(patch.members, self._work):
                adapter.deltas = [step(adapter.row)]
                adapter.save()

    def _kept(self, resource: Mapping[str, Any], row: GroupRow) -> dict[str, Any]:
        """Return a changed resource without what an adapter shows and nobody can set."""
        return {
            name: value
            for name, value in resource.items()
            if self._type.declares(name) or name in row.attributes
        }

    def _changed(
        self,
        key: str,
        conditions: Preconditions,
        change: Callable[[GroupAdapter], None],
        members: Sequence[MemberChange] = (),
    ) -> GroupAdapter:
        """Read the group and change it; when others are faster, wait until it is our turn."""
        for _attempt in range(_ATTEMPTS):
            with suppress(ChangedMeanwhileError):
                return self._changed_as_read(key, conditions, change)
        with transaction.atomic():
            hold_group_to_change(group_id=uuid_of(key), members=deltas_of(members) or ())
            return self._changed_as_read(key, conditions, change)

    def _changed_as_read(
        self, key: str, conditions: Preconditions, change: Callable[[GroupAdapter], None]
    ) -> GroupAdapter:
        row = read_group_to_change(key)
        check_preconditions(conditions, entity_tag(row.version) if row.version is not None else "")
        adapter = self._adapted(row)
        adapter.only_unchanged = conditions.bind
        adapter.may_change_roles = self._credential.may_change_roles
        try:
            change(adapter)
        except UnknownGroupError as error:
            raise NotFoundError(str(error)) from error
        return adapter

    def _shown(self, status: HTTPStatus, adapter: GroupAdapter, projection: Projection) -> Answer:
        adapter.member_elements = members_after_change(adapter.row, projection)
        resource = adapter.to_dict()
        meta = resource["meta"]
        return Answer(status, resource, meta["location"], meta.get("version", ""), adapter.row.id)


def _as_named(resource: dict[str, Any], row: GroupRow) -> dict[str, Any]:
    """Return the resource as it is taken over: a role or profile keeps its name, whatever came."""
    if row.kind == GroupKind.DIRECTORY:
        return resource
    return {**resource, "displayName": row.display_name}
