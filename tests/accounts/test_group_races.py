"""Members and mappings that change at once: in every order, everybody gets what the groups give."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest

from accounts.errors import AccountError, GroupCycleError, UnknownGroupError
from accounts.groups.groups import GroupFields, create_group, delete_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import (
    AccessProfile,
    DirectoryGroup,
    DirectoryGroupMember,
    ProfileMembership,
    Role,
    User,
)
from accounts.services.profiles import (
    add_profile_members,
    create_profile,
    delete_profile,
    remove_profile_members,
)
from accounts.services.roles import add_role_members, change_role
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, deactivate_user, delete_user
from accounts.storage.memberships import groups_reached, mapped_to
from licenses.group_licenses import set_group_licenses
from licenses.models import GroupLicense, Product, Seat, Subscription
from tests.support.members import add_group_members, remove_group_members, replace_group_members
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

GIFTS = ("role", "profile", "licence")
NUMBERS = count()


@dataclass
class World:
    """*Ann* is in *Inner*, which is in *Outer*; *Bob* is in neither.  Each is a new one."""

    gift: str
    number: int = field(default_factory=lambda: next(NUMBERS))
    inner: DirectoryGroup = field(init=False)
    outer: DirectoryGroup = field(init=False)

    def __post_init__(self) -> None:
        names = [f"{name}{self.number}@acme.example" for name in ("ann", "bob")]
        create_users(many=[UserFields(user_name=name) for name in names])
        self.ann, self.bob = (User.objects.get(user_name=name) for name in names)
        self.inner = self.group("Inner", self.ann)
        self.outer = self.group("Outer", self.inner)
        self.finance = create_profile(name=f"Finance {self.number}")

    def group(self, name: str, *members: User | DirectoryGroup) -> DirectoryGroup:
        return create_group(
            values=GroupFields(display_name=f"{name} {self.number}"),
            member_ids=[member.pk for member in members],
        )

    def map(self, group: DirectoryGroup, *, on: bool = True) -> None:
        """Let the group give what this world is about, or nothing."""
        if self.gift == "licence":
            given = [self.crm] if on else []
            set_group_licenses(group=self.fresh(group), subscriptions=given)
        else:
            role = Role.EDITOR if on and self.gift == "role" else None
            profiles = [self.finance] if on and self.gift == "profile" else []
            set_group_mappings(group=self.fresh(group), role=role, profiles=profiles)

    def unmap(self, group: DirectoryGroup) -> None:
        self.map(group, on=False)

    def add(self, group: DirectoryGroup, *members: User | DirectoryGroup) -> None:
        add_group_members(group=self.fresh(group), member_ids=[each.pk for each in members])

    def remove(self, group: DirectoryGroup, *members: User | DirectoryGroup) -> None:
        remove_group_members(group=self.fresh(group), member_ids=[each.pk for each in members])

    def replace(self, group: DirectoryGroup, *members: User | DirectoryGroup) -> None:
        replace_group_members(group=self.fresh(group), member_ids=[each.pk for each in members])

    def delete(self, group: DirectoryGroup) -> None:
        delete_group(group=self.fresh(group))

    @property
    def crm(self) -> Subscription:
        return Subscription.objects.select_related("product").get()

    @staticmethod
    def fresh(group: DirectoryGroup) -> DirectoryGroup:
        return DirectoryGroup.objects.get(pk=group.pk)


def require_everybody_in_line() -> None:
    """Fail unless each person has what their groups give them, and nothing that they gave once."""
    people = {user.pk: user for user in User.objects.all()}
    given = mapped_to(list(people))
    reached = groups_reached(list(people))
    licensed = set(GroupLicense.objects.values_list("group_id", flat=True))
    for pk, user in people.items():
        roles = [Role(role) for role in given[pk].roles] if pk in given else []
        wanted = max(roles, key=list(Role).index, default=Role.MEMBER)
        assert user.role == wanted, f"{user}: {user.role} instead of {wanted}"
        profiles = ProfileMembership.objects.filter(user=user, by_group=True)
        expected = set(given[pk].profile_ids) if pk in given else set()
        assert set(profiles.values_list("profile_id", flat=True)) == expected, user
        seats = Seat.objects.filter(user=user, released=None).count()
        entitled = user.active and bool(licensed & reached.get(pk, set()))
        assert seats == entitled, f"{user}: {seats} seats instead of {entitled}"
    assert not Seat.objects.filter(released=None, user=None).exists()


@pytest.fixture
def in_acme(in_acme: Tenant) -> Tenant:
    """Acme, with licences for everybody."""
    product = Product.objects.create(key="crm", name="CRM")
    Subscription.objects.create(product=product, seats=1_000)
    return in_acme


def in_both_orders(
    tenant: Tenant,
    one: Callable[[World], object],
    other: Callable[[World], object],
    *,
    given: Callable[[World], object] = lambda _world: None,
    may_raise: tuple[type[Exception], ...] = (),
) -> list[list[Exception | None]]:
    """Overlap two changes of a new world, for every gift and both ways round; return the errors."""
    return [
        overlapped(tenant, World(gift), given, changes, may_raise)
        for gift in GIFTS
        for changes in ((one, other), (other, one))
    ]


def overlapped(
    tenant: Tenant,
    world: World,
    given: Callable[[World], object],
    changes: tuple[Callable[[World], object], Callable[[World], object]],
    may_raise: tuple[type[Exception], ...],
) -> list[Exception | None]:
    given(world)
    first, second = changes
    errors = overlap(tenant, lambda: first(world), lambda: second(world))
    for error in errors:
        assert error is None or isinstance(error, may_raise), (world, error)
    require_everybody_in_line()
    return errors


@pytest.mark.parametrize("mapped", ["inner", "outer"])
class TestMapping:
    def test_while_somebody_is_added(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.map(getattr(world, mapped)),
            lambda world: world.add(world.inner, world.bob),
        )

    def test_while_somebody_is_removed(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.map(getattr(world, mapped)),
            lambda world: world.remove(world.inner, world.ann),
        )

    def test_while_all_are_replaced(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.map(getattr(world, mapped)),
            lambda world: world.replace(world.inner, world.bob),
        )

    def test_while_a_group_is_nested_below(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.map(getattr(world, mapped)),
            lambda world: world.add(world.inner, world.group("Lowest", world.bob)),
        )

    def test_while_somebody_leaves(self, in_acme: Tenant, mapped: str) -> None:
        for leave in (deactivate_user, delete_user):
            in_both_orders(
                in_acme,
                lambda world: world.map(getattr(world, mapped)),
                lambda world, leave=leave: leave(user=User.objects.get(pk=world.ann.pk)),  # type: ignore[misc]
            )

    def test_while_another_admin_maps(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.map(getattr(world, mapped)),
            lambda world: world.map(world.inner),
        )


class TestLeaving:
    """Ann leaves the tenant; what she is in gives something."""

    @pytest.mark.parametrize("leave", [deactivate_user, delete_user])
    def test_while_she_is_removed(self, in_acme: Tenant, leave: Callable[..., None]) -> None:
        in_both_orders(
            in_acme,
            lambda world: leave(user=User.objects.get(pk=world.ann.pk)),
            lambda world: world.remove(world.inner, world.ann),
            given=lambda world: world.map(world.outer),
        )

    @pytest.mark.parametrize("leave", [deactivate_user, delete_user])
    def test_while_somebody_else_is_added(
        self, in_acme: Tenant, leave: Callable[..., None]
    ) -> None:
        in_both_orders(
            in_acme,
            lambda world: leave(user=User.objects.get(pk=world.ann.pk)),
            lambda world: world.add(world.inner, world.bob),
            given=lambda world: world.map(world.outer),
        )

    def test_as_an_admin_while_the_role_changes(self, in_acme: Tenant) -> None:
        create_users(many=[UserFields(user_name="admin")])
        add_role_members(role=Role.ADMIN, user_ids=[User.objects.get(user_name="admin").pk])
        for leaves_first in (True, False):
            world = World("role")
            add_role_members(role=Role.ADMIN, user_ids=[world.ann.pk])
            changes: list[Callable[[], object]] = [
                lambda world=world: deactivate_user(user=User.objects.get(pk=world.ann.pk)),  # type: ignore[misc]
                lambda world=world: change_role(  # type: ignore[misc]
                    user=User.objects.get(pk=world.ann.pk), role=Role.EDITOR
                ),
            ]
            errors = overlap(in_acme, *(changes if leaves_first else changes[::-1]))

            assert errors == [None, None]
            ann = User.objects.get(pk=world.ann.pk)
            assert (ann.role, ann.active) == (Role.EDITOR, False)


@pytest.mark.parametrize("mapped", ["inner", "outer"])
class TestTheEndOfAMapping:
    def test_while_somebody_is_added(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.unmap(getattr(world, mapped)),
            lambda world: world.add(world.inner, world.bob),
            given=lambda world: world.map(getattr(world, mapped)),
        )

    def test_while_somebody_is_removed(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.unmap(getattr(world, mapped)),
            lambda world: world.remove(world.inner, world.ann),
            given=lambda world: world.map(getattr(world, mapped)),
        )

    def test_while_another_admin_maps(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.unmap(getattr(world, mapped)),
            lambda world: world.map(world.inner),
            given=lambda world: world.map(getattr(world, mapped)),
        )

    def test_because_the_profile_is_deleted(self, in_acme: Tenant, mapped: str) -> None:
        def delete(world: World) -> None:
            delete_profile(profile=AccessProfile.objects.get(pk=world.finance.pk))

        for change in (World.add, World.remove):
            in_both_orders(
                in_acme,
                delete,
                lambda world, change=change: change(  # type: ignore[misc]
                    world, world.inner, world.ann if change is World.remove else world.bob
                ),
                given=lambda world: world.map(getattr(world, mapped)),
            )


class TestNesting:
    """*Top* is mapped, and *Outer* gets into it, or out of it."""

    @staticmethod
    def mapped_top(world: World) -> None:
        world.top = world.group("Top")  # type: ignore[attr-defined]
        world.map(world.top)  # type: ignore[attr-defined]

    @classmethod
    def nested(cls, world: World) -> None:
        cls.mapped_top(world)
        cls.nest(world)

    @staticmethod
    def nest(world: World) -> None:
        world.add(world.top, world.outer)  # type: ignore[attr-defined]

    @staticmethod
    def unnest(world: World) -> None:
        world.remove(world.top, world.outer)  # type: ignore[attr-defined]

    @staticmethod
    def change_members(world: World) -> None:
        world.add(world.inner, world.bob)
        world.remove(world.inner, world.ann)

    @pytest.mark.parametrize("group", ["inner", "outer"])
    def test_while_somebody_is_added_below(self, in_acme: Tenant, group: str) -> None:
        def add(world: World) -> None:
            world.add(getattr(world, group), world.bob)

        in_both_orders(in_acme, self.nest, add, given=self.mapped_top)
        in_both_orders(in_acme, self.unnest, add, given=self.nested)

    def test_while_somebody_is_removed_below(self, in_acme: Tenant) -> None:
        def remove(world: World) -> None:
            world.remove(world.inner, world.ann)

        in_both_orders(in_acme, self.nest, remove, given=self.mapped_top)
        in_both_orders(in_acme, self.unnest, remove, given=self.nested)

    def test_while_several_things_change_below(self, in_acme: Tenant) -> None:
        in_both_orders(in_acme, self.nest, self.change_members, given=self.mapped_top)
        in_both_orders(in_acme, self.unnest, self.change_members, given=self.nested)

    def test_while_the_group_around_is_mapped(self, in_acme: Tenant) -> None:
        def empty_top(world: World) -> None:
            world.top = world.group("Top")  # type: ignore[attr-defined]

        def map_top(world: World) -> None:
            world.map(world.top)  # type: ignore[attr-defined]

        in_both_orders(in_acme, self.nest, map_top, given=empty_top)

    def test_while_the_group_below_gets_out_of_its_own(self, in_acme: Tenant) -> None:
        def unnest_inner(world: World) -> None:
            world.replace(world.outer, world.bob)

        in_both_orders(in_acme, self.nest, unnest_inner, given=self.mapped_top)

    def test_while_the_group_is_deleted(self, in_acme: Tenant) -> None:
        def delete(world: World) -> None:
            world.delete(world.outer)

        in_both_orders(in_acme, self.nest, delete, given=self.mapped_top, may_raise=(AccountError,))

    def test_in_a_circle_is_refused_to_whoever_is_second(self, in_acme: Tenant) -> None:
        def nest_top(world: World) -> None:
            world.add(world.inner, world.top)  # type: ignore[attr-defined]

        for errors in in_both_orders(
            in_acme, self.nest, nest_top, given=self.mapped_top, may_raise=(GroupCycleError,)
        ):
            assert [type(error) for error in errors] == [type(None), GroupCycleError]


class TestDeletionOfAGroup:
    @pytest.mark.parametrize("deleted", ["inner", "outer"])
    def test_while_somebody_is_added(self, in_acme: Tenant, deleted: str) -> None:
        for outcome in in_both_orders(
            in_acme,
            lambda world: world.delete(getattr(world, deleted)),
            lambda world: world.add(world.inner, world.bob),
            given=lambda world: world.map(world.outer),
            may_raise=(UnknownGroupError,),
        ):
            assert outcome[0] is None
        assert not DirectoryGroupMember.objects.filter(group__isnull=True).exists()

    @pytest.mark.parametrize("mapped", ["inner", "outer"])
    def test_while_it_is_mapped(self, in_acme: Tenant, mapped: str) -> None:
        in_both_orders(
            in_acme,
            lambda world: world.delete(world.inner),
            lambda world: world.map(getattr(world, mapped)),
            may_raise=(UnknownGroupError,),
        )


class TestTwoGroupsThatGiveTheSame:
    @staticmethod
    def both(world: World) -> None:
        world.other = world.group("Other", world.ann)  # type: ignore[attr-defined]
        for group in (world.inner, world.other):  # type: ignore[attr-defined]
            world.map(group)

    @staticmethod
    def leave(world: World) -> None:
        world.remove(world.inner, world.ann)

    def test_whoever_leaves_both_has_it_no_longer(self, in_acme: Tenant) -> None:
        def leave_other(world: World) -> None:
            world.remove(world.other, world.ann)  # type: ignore[attr-defined]

        in_both_orders(in_acme, self.leave, leave_other, given=self.both)

    def test_whoever_leaves_one_that_the_other_gives_no_longer_loses_it(
        self, in_acme: Tenant
    ) -> None:
        def unmap_other(world: World) -> None:
            world.unmap(world.other)  # type: ignore[attr-defined]

        in_both_orders(in_acme, self.leave, unmap_other, given=self.both)

    def test_whoever_joins_one_and_leaves_the_other_keeps_it(self, in_acme: Tenant) -> None:
        def change(world: World) -> None:
            self.both(world)
            world.remove(world.other, world.ann)  # type: ignore[attr-defined]

        def join_other(world: World) -> None:
            world.add(world.other, world.ann)  # type: ignore[attr-defined]

        in_both_orders(in_acme, self.leave, join_other, given=change)


def test_whoever_is_put_into_a_profile_by_hand_stays_when_the_group_lets_them_go(
    in_acme: Tenant,
) -> None:
    for hand_first in (True, False):
        world = World("profile")
        world.map(world.inner)
        changes: list[Callable[[], object]] = [
            lambda world=world: add_profile_members(  # type: ignore[misc]
                profile=world.finance, user_ids=[world.ann.pk]
            ),
            lambda world=world: world.remove(world.inner, world.ann),  # type: ignore[misc]
        ]
        assert overlap(in_acme, *(changes if hand_first else changes[::-1])) == [None, None]

        assert list(world.finance.memberships.values_list("user_id", "by_group")) == [
            (world.ann.pk, False)
        ]
        remove_profile_members(profile=world.finance, user_ids=[world.ann.pk])
