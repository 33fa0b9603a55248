"""Which people and groups a change concerns at an application; every action has an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role, User
from accounts.storage.changes import Change, Position
from accounts.trail.sentences import known_actions
from provisioning.desired import concerned_by
from provisioning.desired.concerned import NOTHING_FOLLOWS
from provisioning.mapping.rows import How, Row
from provisioning.models import Application
from provisioning.protocol.steps import Kind
from provisioning.services.applications import change_application, create_application
from provisioning.services.mappings import mapping_rows, set_application_mapping
from provisioning.services.roles import RoleFields, create_application_role
from scim.services import SourceOptions, create_source
from tests.conftest import person

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant

KINDS: Final = {
    "application": "application",
    "applicationrole": "applicationrole",
    "group": "directorygroup",
    "profile": "accessprofile",
    "source": "source",
    "user": "user",
}
"""The kind of what the entries of an action are about, by how the action begins."""

FOR_EVERYBODY: Final = {
    "application.created",
    "application.deleted",
    "application.groups_changed",
    "application.leaving_changed",
    "application.mapping_changed",
    "application.moved",
    "application.resumed",
    "application.scope_changed",
    "application.switches_changed",
    "application.updated",
    "applicationrole.created",
    "applicationrole.deleted",
    "applicationrole.updated",
    "profile.deleted",
    "source.deleted",
    "source.mapping_changed",
}
FOR_SOME: Final = {
    "group.attributes_changed",
    "group.created",
    "group.deleted",
    "group.mapping_changed",
    "group.members_changed",
    "group.updated",
    "profile.members_changed",
    "user.created",
    "user.deactivated",
    "user.deleted",
    "user.deletion_held",
    "user.erased",
    "user.held_fields_changed",
    "user.loss_carried_out",
    "user.loss_taken_back",
    "user.reactivated",
    "user.restored",
    "user.role_changed",
    "user.updated",
}
NEVER_PUSHED: Final = {
    *("action", "brand", "confirmation", "console", "credential", "domain"),
    *("extension_schema", "job", "link", "lockout", "operator", "people_file"),
    *("platform", "review", "saml"),
    *("scim", "scim_token", "secrets", "set_up_link", "settings", "sign_in", "subscription"),
    *("tenant", "way_in"),
}
"""How actions begin whose entries are about what is pushed to nobody."""
ABOUT_SOURCES: Final = {"source.created", "source.updated"}
"""What a source may do, not what its people are."""


@pytest.fixture
def planner(in_acme: Tenant) -> Application:
    planner = create_application(catalogue_key="generic", name="Planner")
    source = create_source(options=SourceOptions(name="Planner"))
    change_application(application=planner, values={"source": source})
    return planner


def changed(action: str, target_id: object, **details: Any) -> Change:
    kind = KINDS.get(action.partition(".")[0], "user")
    return Change(
        position=Position("", 1, 1),
        tenant_id=None,
        at=timezone.now(),
        actor="",
        action=action,
        target_type=kind,
        target_id=str(target_id),
        target="",
        request_id="",
        details=details,
    )


def group(name: str, *members: User | DirectoryGroup) -> DirectoryGroup:
    return create_group(
        values=GroupFields(display_name=name), member_ids=[each.pk for each in members]
    )


def test_every_action_is_judged() -> None:
    others = {each for each in known_actions() if each.partition(".")[0] in NEVER_PUSHED}
    judged = [FOR_EVERYBODY, FOR_SOME, NOTHING_FOLLOWS, ABOUT_SOURCES, others]

    assert known_actions().keys() == set().union(*judged)
    assert sum(map(len, judged)) == len(known_actions())


@pytest.mark.parametrize("action", sorted(FOR_EVERYBODY))
def test_everybody_is_looked_at_anew(planner: Application, action: str) -> None:
    about = planner.source_id if action.startswith("source.") else planner.pk
    found = concerned_by(application=planner, changes=[changed(action, about)])

    assert found.everything


@pytest.mark.parametrize("action", sorted(FOR_SOME))
def test_who_is_named_is_looked_at_anew(planner: Application, action: str) -> None:
    about, member = str(uuid4()), str(uuid4())
    details = {"added": [member]} if action.endswith("members_changed") else {}
    found = concerned_by(application=planner, changes=[changed(action, about, **details)])

    kind = action.partition(".")[0]
    assert not found.everything
    assert {about} <= {"user": found.users, "group": found.groups, "profile": {about}}[kind]
    assert not details or member in found.users


@pytest.mark.parametrize("action", sorted(NOTHING_FOLLOWS | ABOUT_SOURCES))
def test_nobody_is_looked_at_for_nothing(planner: Application, action: str) -> None:
    found = concerned_by(application=planner, changes=[changed(action, planner.pk)])

    assert (found.users, found.groups, found.everything) == (set(), set(), False)


def test_another_application_concerns_nobody_here(planner: Application) -> None:
    other = create_application(catalogue_key="generic", name="Other")
    role = create_application_role(
        application=other, fields=RoleFields(key="ops", name="Operations")
    )
    source = create_source(options=SourceOptions(name="Another"))
    found = concerned_by(
        application=planner,
        changes=[
            changed("application.scope_changed", other.pk),
            changed("applicationrole.updated", role.pk),
            changed("source.mapping_changed", source.pk),
        ],
    )

    assert not found.everything


def test_a_role_of_the_application_concerns_everybody(planner: Application) -> None:
    role = create_application_role(
        application=planner, fields=RoleFields(key="ops", name="Operations")
    )
    changes = [changed("applicationrole.updated", role.pk)]

    assert concerned_by(application=planner, changes=changes).everything


def test_a_group_brings_those_nested_in_it_also_where_nobody_is_in_them(
    planner: Application, in_acme: Tenant
) -> None:
    ann = person(in_acme, "Ann", Role.MEMBER)
    empty = group("Empty")
    middle = group("Middle", empty, ann)
    outer = group("Outer", middle)
    moved = changed("group.members_changed", outer.pk, added=[str(middle.pk)])
    found = concerned_by(application=planner, changes=[moved])

    assert {str(outer.pk), str(middle.pk), str(empty.pk)} <= found.groups
    assert str(ann.pk) in found.users


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_renamed_group_concerns_its_people_where_its_name_is_sent(
    planner: Application, in_acme: Tenant, *, is_sent: bool
) -> None:
    ann = person(in_acme, "Ann", Role.MEMBER)
    staff = group("Staff", ann)
    if is_sent:
        rows = mapping_rows(application=planner, resource=Kind.USER)
        named = Row(target="title", how=How.EXPRESSION, source='join(", ", groups)')
        set_application_mapping(application=planner, resource=Kind.USER, rows=[*rows, named])
    renamed = changed("group.updated", staff.pk, changes={"display_name": ["Crew", "Staff"]})
    found = concerned_by(application=planner, changes=[renamed])

    assert (str(ann.pk) in found.users) is is_sent
    assert str(staff.pk) in found.groups
