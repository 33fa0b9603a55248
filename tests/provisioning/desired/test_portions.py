"""What a target should hold is read in portions, with as many statements for few as for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.groups.groups import GroupFields, create_group
from provisioning.desired import desired_groups, desired_users
from provisioning.desired.people import PORTION
from provisioning.models import Application
from provisioning.services.applications import create_application
from provisioning.services.assignments import set_assignments
from provisioning.services.roles import RoleFields, create_application_role
from provisioning.services.settings import set_switches
from tests.conftest import crowd

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import DirectoryGroup, Tenant

FEW, MANY = 3, 40


@pytest.fixture
def people(in_acme: Tenant) -> list[UUID]:
    return [each.pk for each in crowd(in_acme, PORTION + 1)]


@pytest.fixture
def groups(people: list[UUID]) -> list[DirectoryGroup]:
    """One group with everybody, and many with a few people and a group each."""
    staff = create_group(values=GroupFields(display_name="Staff"), member_ids=people)
    inner = [
        create_group(
            values=GroupFields(display_name=f"Team {number}"),
            member_ids=people[number : number + 3],
        )
        for number in range(MANY)
    ]
    outer = create_group(
        values=GroupFields(display_name="Teams"), member_ids=[each.pk for each in inner]
    )
    return [staff, outer, *inner]


@pytest.fixture
def planner(groups: list[DirectoryGroup]) -> Application:
    planner = create_application(catalogue_key="generic", name="Planner")
    set_assignments(application=planner, groups=groups[:2], roles=[], profiles=[])
    switches = dict.fromkeys(("push_roles", "push_permissions"), True)
    set_switches(application=planner, switches=switches)
    for number, group in enumerate(groups):
        fields = RoleFields(
            key=f"r{number}", name=f"Role {number}", permissions=["read"], groups=[group]
        )
        create_application_role(application=planner, fields=fields)
    list(desired_users(application=planner, ids=[]))  # Compiles the table.
    list(desired_groups(application=planner, ids=[]))
    return planner


def statements(read: Callable[[], list[object]], expected: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert len(read()) == expected
    return len(captured)


def test_a_portion_of_people_takes_as_many_statements_as_a_few(
    planner: Application, people: list[UUID]
) -> None:
    ids = [str(each) for each in people]
    few = statements(lambda: [*desired_users(application=planner, ids=ids[:FEW])], FEW)
    whole = statements(lambda: [*desired_users(application=planner, ids=ids[:PORTION])], PORTION)
    two = statements(lambda: [*desired_users(application=planner)], PORTION + 1)

    assert whole == few
    assert few < two < 2 * few


def test_many_groups_take_as_many_statements_as_a_few(
    planner: Application, groups: list[DirectoryGroup]
) -> None:
    ids = [str(each.pk) for each in groups]
    few = statements(lambda: [*desired_groups(application=planner, ids=ids[:FEW])], FEW)
    many = statements(lambda: [*desired_groups(application=planner, ids=ids)], len(ids))

    assert many == few


def test_what_a_person_holds_comes_through_nested_groups(
    planner: Application, people: list[UUID]
) -> None:
    [first] = desired_users(application=planner, ids=[str(people[0])])

    assert first.roles == (("r0", "Role 0"), ("r1", "Role 1"), ("r2", "Role 2"))
    assert first.entitlements == ("read",)
