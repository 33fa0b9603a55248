"""The groups that an application's target should hold, with their members."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, DirectoryGroupMember
from provisioning.desired.matching import match_of
from provisioning.desired.resources import resources_of_groups
from provisioning.desired.tables import compiled_mapping, unusable
from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.models import GroupChoice
from provisioning.planning.objects import Desired
from provisioning.protocol.steps import Kind
from provisioning.storage.scope import assigned_groups_of, people_in_scope_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from uuid import UUID

    from provisioning.desired.tables import Table
    from provisioning.models import Application

PORTION: Final = 50
_MEMBERS_AT_ONCE: Final = 10_000
"""So many members are looked up at a time: a group may have everybody in it."""


def desired_groups(
    *,
    application: Application,
    ids: Collection[str] | None = None,
    refused: dict[str, str] | None = None,
) -> Iterator[Desired]:
    """Return what the target should hold of all groups that are pushed, or of these, by id.

    Members are the people in scope and the nested groups that are pushed.  For ``refused`` see
    :func:`provisioning.desired.people.desired_users`.

    Raises:
        MappingError: A row of the mapping cannot be used, and ``refused`` is not given.
        EvaluationError: A row has no usable value for a group, and ``refused`` is not given.
    """
    if application.group_choice == GroupChoice.NONE:
        return
    wanted = None if ids is None else [each for text in ids if (each := read_uuid(text))]
    keys = groups_pushed(application, wanted)
    try:
        table = compiled_mapping(application, Kind.GROUP)
    except MappingError as error:
        if refused is None:
            raise
        refused.update(dict.fromkeys(map(str, keys), unusable(error)))
        return
    for start in range(0, len(keys), PORTION):
        yield from _portion(application, table, keys[start : start + PORTION], refused)


def groups_pushed(application: Application, ids: Collection[UUID] | None) -> list[UUID]:
    """Return, in order, the groups that are pushed, or those of ``ids`` that are."""
    if application.group_choice == GroupChoice.NONE:
        return []
    if application.group_choice == GroupChoice.ASSIGNED:
        return assigned_groups_of(
            tenant_id=application.tenant_id, application_id=application.pk, ids=ids
        )
    groups = DirectoryGroup.objects.order_by("pk")
    if ids is not None:
        groups = groups.filter(pk__in=ids)
    return list(groups.values_list("pk", flat=True))


def _portion(
    application: Application,
    table: Table,
    keys: Sequence[UUID],
    refused: dict[str, str] | None,
) -> Iterator[Desired]:
    groups = list(DirectoryGroup.objects.filter(pk__in=keys).order_by("pk"))
    resources = resources_of_groups(groups)
    members = _members(application, keys)
    for group in groups:
        try:
            mapped = table.compiled.apply(resources[group.pk])
        except EvaluationError as error:
            if refused is None:
                raise
            refused[str(group.pk)] = str(error)
            continue
        yield Desired(
            kind=Kind.GROUP,
            object_id=str(group.pk),
            name=group.display_name,
            resource=mapped.always,
            on_create=mapped.on_create,
            filled=mapped.filled,
            match=match_of(Kind.GROUP, {**mapped.on_create, **mapped.always}),
            members=frozenset(members.get(group.pk, ())),
        )


def _members(application: Application, keys: Sequence[UUID]) -> dict[UUID, set[str]]:
    held = DirectoryGroupMember.objects.filter(group__in=keys)
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    persons = held.filter(user__isnull=False).values_list("group_id", "user_id")
    read = persons.iterator(chunk_size=_MEMBERS_AT_ONCE)
    while some := list(islice(read, _MEMBERS_AT_ONCE)):
        people = set(
            people_in_scope_of(
                tenant_id=application.tenant_id,
                application_id=application.pk,
                ids={user_id for _group, user_id in some},
            )
        )
        for group_id, user_id in some:
            if user_id in people:
                found[group_id].add(str(user_id))
    nested = list(held.filter(user__isnull=True).values_list("group_id", "member_group_id"))
    groups = set(groups_pushed(application, {group_id for _group, group_id in nested}))
    for group_id, nested_id in nested:
        if nested_id in groups:
            found[group_id].add(str(nested_id))
    return found
