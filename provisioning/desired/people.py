"""The people whom an application's target should hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from accounts.identifiers import read_uuid
from accounts.models import User
from provisioning.desired.matching import match_of
from provisioning.desired.packed import PackedIds
from provisioning.desired.resources import names_of_groups, resources_of_users
from provisioning.desired.tables import Table, compiled_mapping, mapping_without, unusable
from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.models import ApplicationPermission
from provisioning.planning.objects import Desired
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.paths import parse_target_path, text_of, value_at
from provisioning.protocol.steps import Kind
from provisioning.storage.scope import (
    count_in_scope_of,
    everybody_in_scope_of,
    people_in_scope_of,
    roles_of,
)
from scim.models import AttributeMapping, Resource
from scim.sources.mapping import USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from provisioning.models import Application

PORTION: Final = 200


def desired_users(
    *,
    application: Application,
    ids: Collection[str] | None = None,
    refused: dict[str, str] | None = None,
) -> Iterator[Desired]:
    """Return what the target should hold of everybody in scope, or of these, in order of ids.

    Whom the mapping cannot be evaluated for is left out, and named in ``refused`` with the reason:
    everybody, when a row of it cannot be used at all.

    Raises:
        MappingError: A row of the mapping cannot be used, and ``refused`` is not given.
        EvaluationError: A row has no usable value for somebody, and ``refused`` is not given.
    """
    keys = _keys(application, ids)
    try:
        tables = compiled_mapping(application, Kind.USER), _table_of_theirs(application)
    except MappingError as error:
        if refused is None:
            raise
        refused.update(dict.fromkeys(map(str, keys), unusable(error)))
        return
    for start in range(0, len(keys), PORTION):
        yield from _portion(application, tables, keys[start : start + PORTION], refused)


def _keys(application: Application, ids: Collection[str] | None) -> Sequence[UUID]:
    which = {"tenant_id": application.tenant_id, "application_id": application.pk}
    if ids is None:
        return PackedIds(everybody_in_scope_of(**which))
    return people_in_scope_of(**which, ids=[each for text in ids if (each := read_uuid(text))])


def people_in_scope(*, application: Application) -> int:
    """Count the people who should be at an application."""
    counted = count_in_scope_of(tenant_id=application.tenant_id, application_ids=[application.pk])
    return counted.get(application.pk, 0)


def _portion(
    application: Application,
    tables: tuple[Table, Table],
    keys: Sequence[UUID],
    refused: dict[str, str] | None,
) -> Iterator[Desired]:
    users = list(User.objects.filter(pk__in=keys).order_by("pk"))
    reads_groups = any(table.reads_groups for table in tables)
    resources = resources_of_users(users, names_of_groups(users) if reads_groups else {})
    given = _Given(application, keys)
    for user in users:
        try:
            wanted = _desired(user, resources[user.pk], tables[0], given)
            if application.source_id in user.source_ids:
                wanted = _without_theirs(wanted, resources[user.pk], tables[1])
            yield wanted
        except EvaluationError as error:
            if refused is None:
                raise
            refused[str(user.pk)] = str(error)


def _table_of_theirs(application: Application) -> Table:
    """Return the mapping for those who came from the application, where it is a source as well."""
    if application.source_id is None:
        return compiled_mapping(application, Kind.USER)
    rows = AttributeMapping.objects.filter(source=application.source_id, resource=Resource.USER)
    held = frozenset(USER_FIELDS[row.field] for row in rows if row.field in USER_FIELDS)
    return mapping_without(application, held)


def _without_theirs(wanted: Desired, resource: Mapping[str, Any], table: Table) -> Desired:
    """Return what is wanted of somebody who came from there, without what they send us."""
    mapped = table.compiled.apply(resource)
    return replace(
        wanted,
        resource=mapped.always,
        on_create=mapped.on_create,
        filled=mapped.filled,
        manager=wanted.manager if table.has_manager else None,
        is_from_there=True,
    )


class _Given:
    """The roles and permissions that an application gives a portion of people, if it sends any."""

    def __init__(self, application: Application, keys: Sequence[UUID]) -> None:
        self.roles: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
        self.permissions: defaultdict[UUID, set[str]] = defaultdict(set)
        if not (application.push_roles or application.push_permissions):
            return
        rows = roles_of(tenant_id=application.tenant_id, application_id=application.pk, ids=keys)
        of_role: defaultdict[int, list[str]] = defaultdict(list)
        if rows:
            found = ApplicationPermission.objects.filter(role__application=application)
            for role_id, key in found.values_list("role_id", "key"):
                of_role[role_id].append(key)
        for user_id, key, name, role_id in rows:
            self.roles[user_id].append((key, name))
            self.permissions[user_id].update(of_role[role_id])


def _desired(user: User, resource: Mapping[str, Any], table: Table, given: _Given) -> Desired:
    mapped = table.compiled.apply(resource)
    sent = {**mapped.on_create, **mapped.always}
    manager = text_of(value_at(resource, parse_target_path(f"{MANAGER}.value")))
    return Desired(
        kind=Kind.USER,
        object_id=str(user.pk),
        name=user.get_full_name() or user.user_name,
        resource=mapped.always,
        on_create=mapped.on_create,
        filled=mapped.filled,
        match=match_of(Kind.USER, sent),
        roles=tuple(given.roles.get(user.pk, ())),
        entitlements=tuple(sorted(given.permissions.get(user.pk, ()))),
        manager=manager if table.has_manager and read_uuid(manager) else None,
    )
