"""Directory groups, access profiles, and what membership of a group gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import (
    ChangedMeanwhileError,
    FixedGroupError,
    GroupCycleError,
    GroupNameTakenError,
    LastAdminError,
    ProfileNameTakenError,
    UnknownGroupError,
    UnknownMemberError,
)
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group, delete_group, update_group
from accounts.groups.mappings import set_group_mappings
from accounts.identifiers import uuid7
from accounts.models import (
    AccessProfile,
    AuditEntry,
    DirectoryGroup,
    ProfileMembership,
    Role,
    User,
)
from accounts.services.profiles import (
    add_profile_members,
    create_profile,
    delete_profile,
    remove_profile_members,
    update_profile,
)
from accounts.services.roles import change_role
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses, waiting_for_a_seat
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat
from tests.conftest import crowd, person
from tests.support.members import (
    add_group_members,
    remove_group_members,
    replace_group_members,
    replace_profile_members,
)

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Tenant


def group(name: str, *members: User | DirectoryGroup) -> DirectoryGroup:
    return create_group(
        values=GroupFields(display_name=name), member_ids=[member.pk for member in members]
    )


def members_of(directory_group: DirectoryGroup) -> set[UUID]:
    members = directory_group.members.all()
    return {each.pk for each in [member.user or member.member_group for member in members] if each}


def role_of(user: User) -> str:
    return User.objects.get(pk=user.pk).role


class TestGroups:
    def test_a_name_that_differs_only_in_case_is_taken(self, in_acme: Tenant) -> None:
        group("Ärzte")
        with pytest.raises(GroupNameTakenError):
            group("ÄRZTE")

    def test_a_rename_to_a_taken_name_changes_nothing(self, in_acme: Tenant) -> None:
        group("Sales")
        support = group("Support")

        with pytest.raises(GroupNameTakenError):
            update_group(group=support, values=GroupFields(display_name="sales"))

        assert support.display_name == "Support"
        support.refresh_from_db()
        assert (support.display_name, support.version) == ("Support", 1)

    def test_a_refused_nesting_takes_the_rename_back(self, in_acme: Tenant) -> None:
        inner = group("Inner")
        outer = group("Outer", inner)

        with pytest.raises(GroupCycleError):
            update_group(
                group=inner,
                values=GroupFields(display_name="Innermost"),
                members=[MemberDelta(add=(outer.pk,))],
            )

        assert inner.display_name == "Inner"
        inner.refresh_from_db()
        assert (inner.display_name, inner.version) == ("Inner", 1)

    def test_the_same_name_is_free_in_another_tenant(self, in_acme: Tenant, globex: Tenant) -> None:
        group("Sales")
        with tenant_scope(globex):
            assert group("Sales").tenant_id == globex.pk

    def test_members_join_and_leave_as_a_difference(self, in_acme: Tenant, bob: User) -> None:
        carol, dave = person(in_acme, "Carol"), person(in_acme, "Dave")
        sales = group("Sales", bob)

        add_group_members(group=sales, member_ids=[bob.pk, carol.pk])
        assert members_of(sales) == {bob.pk, carol.pk}
        remove_group_members(group=sales, member_ids=[bob.pk, dave.pk, uuid7()])
        assert members_of(sales) == {carol.pk}
        replace_group_members(group=sales, member_ids=[dave.pk])
        assert members_of(sales) == {dave.pk}
        replace_group_members(group=sales, member_ids=[])
        assert members_of(sales) == set()

    def test_only_a_real_change_moves_the_version(self, in_acme: Tenant, bob: User) -> None:
        sales = group("Sales", bob)
        version, modified = sales.version, sales.last_modified

        assert not add_group_members(group=sales, member_ids=[bob.pk])
        assert not replace_group_members(group=sales, member_ids=[bob.pk])
        assert not remove_group_members(group=sales, member_ids=[uuid7()])
        sales.refresh_from_db()
        assert (sales.version, sales.last_modified) == (version, modified)

        assert remove_group_members(group=sales, member_ids=[bob.pk])
        assert sales.version == version + 1
        sales.refresh_from_db()
        assert sales.version == version + 1

    def test_unknown_and_foreign_members_are_refused(
        self, in_acme: Tenant, bob: User, grace: User
    ) -> None:
        sales = group("Sales")
        for stranger in (uuid7(), grace.pk):
            with pytest.raises(UnknownMemberError, match=str(stranger)):
                add_group_members(group=sales, member_ids=[bob.pk, stranger])
        assert members_of(sales) == set()

    def test_a_group_of_another_tenant_cannot_be_nested(
        self, in_acme: Tenant, globex: Tenant
    ) -> None:
        with tenant_scope(globex):
            theirs = group("Theirs")
        with pytest.raises(UnknownMemberError):
            group("Ours", theirs)

    def test_a_cycle_is_refused(self, in_acme: Tenant) -> None:
        inner = group("Inner")
        outer = group("Outer", group("Middle", inner))

        for added in (inner, outer):
            with pytest.raises(GroupCycleError):
                add_group_members(group=inner, member_ids=[added.pk, outer.pk])
        assert members_of(inner) == set()

    def test_a_stale_writer_is_refused(self, in_acme: Tenant, bob: User) -> None:
        sales = group("Sales")
        stale = DirectoryGroup.objects.get(pk=sales.pk)
        add_group_members(group=sales, member_ids=[bob.pk])

        with pytest.raises(ChangedMeanwhileError):
            update_group(group=stale, values=GroupFields(display_name="Sold"))
        with pytest.raises(ChangedMeanwhileError):
            delete_group(group=stale, only_unchanged=True)
        delete_group(group=sales)
        with pytest.raises(UnknownGroupError):
            update_group(group=stale, values=GroupFields(display_name="Sold"))

    def test_a_deleted_user_leaves_every_group(self, in_acme: Tenant, bob: User) -> None:
        sales = group("Sales", bob)
        delete_user(user=bob)

        assert members_of(sales) == set()
        assert DirectoryGroup.objects.get(pk=sales.pk).version > sales.version

    def test_a_deleted_group_leaves_the_groups_around_it(self, in_acme: Tenant) -> None:
        inner = group("Inner")
        outer = group("Outer", inner)
        delete_group(group=inner)

        assert members_of(outer) == set()
        assert DirectoryGroup.objects.get(pk=outer.pk).version > outer.version

    def test_the_trail_names_everybody_who_joined_and_left(
        self, in_acme: Tenant, bob: User
    ) -> None:
        carol = person(in_acme, "Carol")
        sales = group("Sales", bob)
        replace_group_members(group=sales, member_ids=[carol.pk])

        details = AuditEntry.objects.filter(action="group.members_changed")
        assert [entry.details for entry in details] == [
            {"removed": [str(bob.pk)]},
            {"added": [str(carol.pk)]},
            {"added": [str(bob.pk)]},
        ]

    @pytest.mark.parametrize("size", [0, 300])
    def test_adding_one_member_costs_the_same_in_any_group(
        self, in_acme: Tenant, bob: User, size: int
    ) -> None:
        sales = group("Sales", *crowd(in_acme, size))

        with CaptureQueriesContext(connection) as queries:
            add_group_members(group=sales, member_ids=[bob.pk])

        assert len(queries) == 1
        entry = AuditEntry.objects.get(details={"added": [str(bob.pk)]})
        assert (entry.action, entry.target_type) == ("group.members_changed", "directorygroup")
        assert (entry.target_id, entry.target) == (str(sales.pk), "Sales")

    @pytest.mark.parametrize("size", [0, 300])
    def test_removing_one_member_costs_the_same_in_any_group(
        self, in_acme: Tenant, bob: User, size: int
    ) -> None:
        sales = group("Sales", bob, *crowd(in_acme, size))

        with CaptureQueriesContext(connection) as queries:
            assert remove_group_members(group=sales, member_ids=[bob.pk])

        assert len(queries) == 1
        assert sales.version == DirectoryGroup.objects.get(pk=sales.pk).version == 2
        entry = AuditEntry.objects.get(details={"removed": [str(bob.pk)]})
        assert (entry.action, entry.target_type) == ("group.members_changed", "directorygroup")
        assert (entry.target_id, entry.target) == (str(sales.pk), "Sales")

    def test_removing_nobody_costs_one_statement_and_leaves_no_trace(
        self, in_acme: Tenant, bob: User
    ) -> None:
        sales = group("Sales")
        entries = AuditEntry.objects.count()

        with CaptureQueriesContext(connection) as queries:
            assert not remove_group_members(group=sales, member_ids=[bob.pk, uuid7()])

        assert len(queries) == 1
        assert AuditEntry.objects.count() == entries

    def test_people_and_groups_leave_together(self, in_acme: Tenant, bob: User) -> None:
        support = group("Support")
        sales = group("Sales", bob, support)

        assert remove_group_members(group=sales, member_ids=[support.pk, bob.pk, uuid7()])
        assert members_of(sales) == set()
        assert sales.version == DirectoryGroup.objects.get(pk=sales.pk).version == 2
        entry = AuditEntry.objects.filter(action="group.members_changed").latest("pk")
        assert set(entry.details["removed"]) == {str(bob.pk), str(support.pk)}

    def test_a_deleted_group_takes_nobody_in(self, in_acme: Tenant, bob: User) -> None:
        sales = group("Sales")
        DirectoryGroup.objects.filter(pk=sales.pk).delete()

        with pytest.raises(UnknownGroupError):
            add_group_members(group=sales, member_ids=[bob.pk])

    def test_people_and_groups_join_together(self, in_acme: Tenant, bob: User) -> None:
        sales, support = group("Sales"), group("Support")

        assert add_group_members(group=sales, member_ids=[bob.pk, support.pk])
        assert members_of(sales) == {bob.pk, support.pk}
        assert sales.version == DirectoryGroup.objects.get(pk=sales.pk).version == 2


class TestMappedRoles:
    def test_joining_gives_the_highest_mapped_role(self, in_acme: Tenant, bob: User) -> None:
        editors, connectors = group("Editors"), group("Connectors")
        set_group_mappings(group=editors, role=Role.EDITOR, profiles=[])
        set_group_mappings(group=connectors, role=Role.CONNECTOR_ADMIN, profiles=[])

        add_group_members(group=connectors, member_ids=[bob.pk])
        add_group_members(group=editors, member_ids=[bob.pk])

        assert role_of(bob) == Role.CONNECTOR_ADMIN

    def test_leaving_gives_the_next_role_and_at_last_member(
        self, in_acme: Tenant, bob: User
    ) -> None:
        editors, connectors = group("Editors", bob), group("Connectors", bob)
        set_group_mappings(group=editors, role=Role.EDITOR, profiles=[])
        set_group_mappings(group=connectors, role=Role.CONNECTOR_ADMIN, profiles=[])

        remove_group_members(group=connectors, member_ids=[bob.pk])
        assert role_of(bob) == Role.EDITOR
        delete_group(group=editors)
        assert role_of(bob) == Role.MEMBER

    def test_a_role_given_by_hand_stays_when_the_group_is_left(
        self, in_acme: Tenant, bob: User
    ) -> None:
        editors = group("Editors", bob)
        set_group_mappings(group=editors, role=Role.EDITOR, profiles=[])
        change_role(user=bob, role=Role.ACCESS_REVIEW_MANAGER)

        remove_group_members(group=editors, member_ids=[bob.pk])

        assert role_of(bob) == Role.ACCESS_REVIEW_MANAGER

    def test_a_mapping_reaches_through_nesting(self, in_acme: Tenant, bob: User) -> None:
        inner = group("Inner", bob)
        outer = group("Outer")
        set_group_mappings(group=outer, role=Role.EDITOR, profiles=[])

        add_group_members(group=outer, member_ids=[inner.pk])
        assert role_of(bob) == Role.EDITOR
        remove_group_members(group=outer, member_ids=[inner.pk])
        assert role_of(bob) == Role.MEMBER

    def test_who_joins_an_inner_group_gets_what_the_outer_one_gives(
        self, in_acme: Tenant, bob: User
    ) -> None:
        inner = group("Inner")
        outer = group("Outer", inner)
        finance = create_profile(name="Finance")
        set_group_mappings(group=outer, role=None, profiles=[finance])

        add_group_members(group=inner, member_ids=[bob.pk])
        assert finance.memberships.filter(user=bob, by_group=True).exists()
        set_group_mappings(group=outer, role=Role.EDITOR, profiles=[])
        carol = person(in_acme, "Carol")
        add_group_members(group=inner, member_ids=[carol.pk])
        assert role_of(carol) == Role.EDITOR

    def test_editing_the_mapping_moves_the_members(self, in_acme: Tenant, bob: User) -> None:
        team = group("Team", bob)

        set_group_mappings(group=team, role=Role.EDITOR, profiles=[])
        assert role_of(bob) == Role.EDITOR
        set_group_mappings(group=team, role=None, profiles=[])
        assert role_of(bob) == Role.MEMBER

    def test_the_last_admin_refuses_the_whole_change(
        self, in_acme: Tenant, alice: User, bob: User
    ) -> None:
        editors = group("Editors")
        set_group_mappings(group=editors, role=Role.EDITOR, profiles=[])

        with pytest.raises(LastAdminError):
            add_group_members(group=editors, member_ids=[alice.pk, bob.pk])

        assert members_of(editors) == set()
        assert (role_of(alice), role_of(bob)) == (Role.ADMIN, Role.MEMBER)


class TestMappedProfiles:
    def test_profiles_follow_the_group_and_those_given_by_hand_stay(
        self, in_acme: Tenant, bob: User
    ) -> None:
        carol = person(in_acme, "Carol")
        finance = create_profile(name="Finance")
        add_profile_members(profile=finance, user_ids=[bob.pk])
        team = group("Team", bob, carol)

        set_group_mappings(group=team, role=None, profiles=[finance])
        assert set(finance.memberships.values_list("user_id", "by_group")) == {
            (bob.pk, False),
            (carol.pk, True),
        }
        replace_group_members(group=team, member_ids=[])
        assert list(finance.memberships.values_list("user_id", flat=True)) == [bob.pk]

    def test_a_profile_leaves_with_the_last_of_its_groups(self, in_acme: Tenant, bob: User) -> None:
        finance = create_profile(name="Finance")
        first, second = group("First", bob), group("Second", bob)
        for mapped in (first, second):
            set_group_mappings(group=mapped, role=None, profiles=[finance])

        remove_group_members(group=first, member_ids=[bob.pk])
        assert ProfileMembership.objects.filter(user=bob).exists()
        set_group_mappings(group=second, role=None, profiles=[])
        assert not ProfileMembership.objects.filter(user=bob).exists()


class TestProfiles:
    def test_members_join_and_leave(self, in_acme: Tenant, bob: User) -> None:
        finance = create_profile(name="Finance")

        assert add_profile_members(profile=finance, user_ids=[bob.pk])
        assert not add_profile_members(profile=finance, user_ids=[bob.pk])
        assert remove_profile_members(profile=finance, user_ids=[bob.pk])
        assert not replace_profile_members(profile=finance, user_ids=[])
        assert AccessProfile.objects.get(pk=finance.pk).version == 3

    def test_another_tenants_user_is_refused(self, in_acme: Tenant, grace: User) -> None:
        with pytest.raises(UnknownMemberError):
            add_profile_members(profile=create_profile(name="Finance"), user_ids=[grace.pk])

    def test_the_default_profile_cannot_be_deleted_or_filled(
        self, in_acme: Tenant, bob: User
    ) -> None:
        default = AccessProfile.objects.get(is_default=True)
        with pytest.raises(FixedGroupError):
            delete_profile(profile=default)
        with pytest.raises(FixedGroupError):
            add_profile_members(profile=default, user_ids=[bob.pk])

    def test_names_are_unique_in_any_letter_case(self, in_acme: Tenant) -> None:
        create_profile(name="Finance")
        other = create_profile(name="Other")
        with pytest.raises(ProfileNameTakenError):
            create_profile(name="FINANCE")
        with pytest.raises(ProfileNameTakenError):
            update_profile(profile=other, name="finance", description="")


class TestMappedLicenses:
    @pytest.fixture
    def crm(self, in_acme: Tenant) -> Subscription:
        product = Product.objects.create(key="crm", name="CRM")
        return Subscription.objects.create(product=product, seats=1)

    def test_seats_follow_the_group(self, crm: Subscription, bob: User) -> None:
        team = group("Team")
        set_group_licenses(group=team, subscriptions=[crm])

        add_group_members(group=team, member_ids=[bob.pk])
        assert Seat.objects.get(released=None).user == bob
        remove_group_members(group=team, member_ids=[bob.pk])
        assert not Seat.objects.filter(released=None).exists()

    def test_who_joins_an_inner_group_gets_the_seat_that_the_outer_one_gives(
        self, crm: Subscription, bob: User
    ) -> None:
        inner = group("Inner")
        outer = group("Outer", inner)
        set_group_licenses(group=outer, subscriptions=[crm])

        add_group_members(group=inner, member_ids=[bob.pk])
        assert Seat.objects.get(released=None).user == bob

    def test_a_seat_given_by_hand_stays(self, crm: Subscription, bob: User) -> None:
        assign_seat(subscription=crm, user=bob)
        team = group("Team", bob)
        set_group_licenses(group=team, subscriptions=[crm])

        delete_group(group=team)

        assert Seat.objects.filter(user=bob, released=None).exists()

    def test_a_member_without_a_seat_waits_for_one(
        self, in_acme: Tenant, crm: Subscription, bob: User
    ) -> None:
        carol = person(in_acme, "Carol")
        team = group("Team", bob)
        set_group_licenses(group=team, subscriptions=[crm])

        add_group_members(group=team, member_ids=[carol.pk])
        assert waiting_for_a_seat(group=team, subscription=crm) == 1
        assert AuditEntry.objects.get(action="license.waiting").target_id == str(carol.pk)

        remove_group_members(group=team, member_ids=[bob.pk])
        set_group_licenses(group=team, subscriptions=[crm])
        assert Seat.objects.get(released=None).user == carol
