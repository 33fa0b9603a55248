"""A person arrives, changes and leaves, through the jobs that workers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.provisioning.engine.conftest import join, leave, opened, people

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def test_people_and_their_group_arrive_and_follow_what_changes_here(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    assert set(fake.users()) == {"ann@acme.example", "ben@acme.example"}
    assert len(fake.members("Staff")) == 2

    [cal] = people("cal")
    join(staff, [cal])
    engine.work()
    assert "cal@acme.example" in fake.users()
    assert len(fake.members("Staff")) == 3

    leave(staff, [ann])
    engine.work()
    assert fake.users()["ann@acme.example"]["active"] is False
    assert len(fake.members("Staff")) == 2

    asked = len(fake.asked)
    engine.work()
    assert len(fake.asked) == asked


def test_users_come_before_groups_and_groups_before_memberships(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    join(staff, people("ann", "ben", "cal"))
    opened(engine, application)

    assert [(each.method, each.path.split("/")[1]) for each in fake.writes] == [
        ("POST", "Users"),
        ("POST", "Users"),
        ("POST", "Users"),
        ("POST", "Groups"),
        ("PATCH", "Groups"),
    ]
