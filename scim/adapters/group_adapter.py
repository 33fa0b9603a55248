"""Between groups of three kinds and the Group resource.

:class:`GroupAdapter` is django-scim2's contract.  Every Group that enters or leaves ``/scim/v2``
passes through the class that ``SCIM_SERVICE_PROVIDER["GROUP_ADAPTER"]`` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from django_scim.adapters import SCIMGroup
from typing_extensions import override

from accounts.groups.groups import GroupFields, create_group, delete_group, update_group
from accounts.models import DirectoryGroup
from scim.addresses import groups_url
from scim.fixed_groups import change_fixed_group
from scim.protocol import urns
from scim.protocol.errors import InvalidValueError
from scim.protocol.preconditions import entity_tag, entity_tag_showing
from scim.protocol.values import moment
from scim.storage.group_rows import GroupKind, GroupRow, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from accounts.group_kinds.member_deltas import MemberDelta
    from accounts.models import AccessProfile, Role
    from scim.protocol.schemas import Schema
    from scim.storage.group_members import Members

    GroupModel = DirectoryGroup | AccessProfile | Role

_LIMITS: Final = {"displayName": 255, "externalId": 255}


def group_location(group_id: str) -> str:
    """Return the URL of a group."""
    return groups_url() + group_id


def group_resource(row: GroupRow, members: Members | None = None) -> dict[str, Any]:
    """Return the canonical resource of a group; ``members`` is left out unless given."""
    resource: dict[str, Any] = {"schemas": [urns.GROUP, *row.attributes], "id": row.id}
    if row.external_id:
        resource["externalId"] = row.external_id
    resource["displayName"] = row.display_name
    resource |= row.attributes
    if members is not None:
        resource["members"] = members
    meta = {
        "resourceType": "Group",
        "created": moment(row.created),
        "lastModified": moment(row.last_modified),
        "location": group_location(row.id),
    }
    if row.version is not None:
        names = _names_shown(members)
        meta["version"] = (
            entity_tag_showing(row.version, names) if names else entity_tag(row.version)
        )
    resource["meta"] = meta
    return resource


def _names_shown(members: Members | None) -> list[str]:
    """Return the names of members that are shown, which change without the group's version."""
    if not isinstance(members, list):
        return []
    return [member["display"] for member in members if "display" in member]


def group_fields(resource: Mapping[str, Any]) -> GroupFields:
    """Return what a canonical resource says of a directory group, members aside.

    Raises:
        InvalidValueError: ``displayName`` is blank, or a value is longer than its column.
    """
    if str(resource.get("displayName", "-")).isspace():
        raise InvalidValueError("displayName must not be blank.")
    return GroupFields(
        display_name=_limited(resource, "displayName"),
        external_id=_limited(resource, "externalId"),
        attributes={key: value for key, value in resource.items() if ":" in key},
    )


def _limited(resource: Mapping[str, Any], name: str) -> str:
    value = str(resource.get(name, ""))
    if len(value) > _LIMITS[name]:
        raise InvalidValueError(f"{name} is longer than {_LIMITS[name]} characters.")
    return value


class GroupAdapter(SCIMGroup):  # type: ignore[misc]  # django-scim2 ships no types
    """A group of the active tenant, of whatever kind, and the resource that stands for it.

    What :class:`scim.adapters.user_adapter.UserAdapter` says of subclasses holds here, too.

    ``values`` is what :meth:`from_dict` read; ``deltas`` are the steps to take with the members.
    :meth:`save` writes both; those of a role only if ``may_change_roles`` is set.
    ``member_elements`` is what :meth:`to_dict` shows as ``members``: nothing where a client will
    not see them, and possibly JSON made beforehand.
    """

    id_field = "id"
    extensions: ClassVar[tuple[Schema, ...]] = ()
    """Further schemas of a Group, which every tenant's clients may use."""
    ATTR_MAP: ClassVar[dict[tuple[str, str | None, str | None], str | None]] = {}
    """As that of :class:`~scim.adapters.user_adapter.UserAdapter`; what a role lacks is empty."""

    values: GroupFields
    _obj: GroupModel | None

    def __init__(self, obj: GroupModel | None = None, request: HttpRequest | None = None) -> None:
        self._row: GroupRow | None = None
        self.member_elements: Members | None = None
        self.deltas: Sequence[MemberDelta] = ()
        self.only_unchanged = False
        self.may_change_roles = False
        super().__init__(obj, request)

    @classmethod
    def of_row(cls, row: GroupRow, request: HttpRequest | None = None) -> Self:
        """Return the adapter of a group that was read, without reading or building anything."""
        adapter = cls(None, request)
        adapter._row = row
        return adapter

    @property
    def obj(self) -> GroupModel:
        """The directory group or profile as a model instance, or the role."""
        if self._obj is None:
            self._obj = DirectoryGroup() if self._row is None else self._row.model
        return self._obj

    @obj.setter
    def obj(self, group: GroupModel | None) -> None:
        self._obj = group

    @property
    def row(self) -> GroupRow:
        """The group as it was read or has been saved."""
        assert self._row is not None  # noqa: S101 - the endpoints read or save first
        return self._row

    @property
    @override
    def id(self) -> str:
        return self.row.id

    @property
    @override
    def location(self) -> str:
        return group_location(self.id)

    @override
    def to_dict(self) -> dict[str, Any]:
        """Return the canonical resource, without ``members`` when they were not read."""
        return group_resource(self.row, self.member_elements)

    @override
    def from_dict(self, d: Mapping[str, Any]) -> None:
        """Take ``values`` from a canonical resource; nothing is written yet.

        Raises:
            InvalidValueError: See :func:`group_fields`.
        """
        self.values = group_fields(d)

    @override
    def save(self) -> None:
        """Create the directory group, or make the group that was read hold what was set.

        Raises:
            ChangedMeanwhileError: The group is not as it was read.
            AccountError: See :func:`accounts.groups.groups.update_group`.
        """
        if self._row is None:
            ids = [member for delta in self.deltas for member in delta.add]
            group = create_group(values=self.values, member_ids=ids)
            self.obj, self._row = group, row_of(group)
        elif self._row.kind == GroupKind.DIRECTORY:
            self._row = self._updated(self._row)
        else:
            self._row = change_fixed_group(
                self._row, self.values, self.deltas, may_change_roles=self.may_change_roles
            )

    @override
    def delete(self) -> None:
        """Remove a directory group for good.

        Raises:
            ChangedMeanwhileError: ``only_unchanged`` is set, and the group is not as it was read.
            LastAdminError: A mapped role would take the last active admin away.
        """
        delete_group(group=self.row.directory_group, only_unchanged=self.only_unchanged)

    def _updated(self, row: GroupRow) -> GroupRow:
        group = row.directory_group
        update_group(
            group=group,
            values=self.values,
            members=self.deltas,
            only_unchanged=self.only_unchanged,
        )
        self.obj = group
        stays_large = row.is_large and not any(delta.removes for delta in self.deltas)
        return row_of(group, is_large=stays_large)
