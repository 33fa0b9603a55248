"""Whoever comes into scope, or leaves it, by whatever rule, is pushed without a full run."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.models import AccessProfile, DirectoryGroup, Role, User
from accounts.services.profiles import change_profile_members, create_profile
from accounts.services.roles import change_role_members
from accounts.services.users import UserFields, update_user
from accounts.trail import audit
from provisioning.models import (
    ApplicationPermission,
    ApplicationRole,
    ApplicationRoleGroup,
    Assignment,
    Link,
    Operation,
    Run,
)
from saml_sso.models import IdentityProviderSettings
from tests.conftest import do_at_once, person, signed_in
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.support import saml_party
from tests.support.people_file import import_people
from tests.support.scim import connect

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def active(fake: Fake) -> set[str]:
    """Return who is active at the target."""
    return {
        name.partition("@")[0] for name, each in fake.users().items() if each.get("active", True)
    }


def full_runs() -> int:
    return Run.objects.exclude(kind=Run.Kind.PLAN).count()


def test_by_a_nested_group(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    inner = create_group(values=GroupFields(display_name="Inner"))
    join(inner, people("ann"))
    opened(engine, application)

    join(staff, [inner])  # type: ignore[list-item]
    engine.work()
    assert active(fake) == {"ann"}
    assert fake.members("Staff") == {fake.group("Inner")["id"]}
    leave(staff, [inner])  # type: ignore[list-item]
    engine.work()
    assert active(fake) == set()
    assert full_runs() == 0


def test_by_a_role(engine: Engine, tenant: object, fake: Fake) -> None:
    application = connected(fake)
    Assignment.objects.create(application=application, role=Role.EDITOR)
    [ann] = people("ann")
    opened(engine, application)

    change_role_members(role=Role.EDITOR, deltas=[MemberDelta(add=(ann.pk,))])
    engine.work()
    assert active(fake) == {"ann"}
    change_role_members(role=Role.EDITOR, deltas=[MemberDelta(remove=(ann.pk,))])
    engine.work()
    assert active(fake) == set()
    assert full_runs() == 0


def test_by_a_profile(engine: Engine, tenant: object, fake: Fake) -> None:
    application = connected(fake)
    profile: AccessProfile = create_profile(name="Finance", description="")
    Assignment.objects.create(application=application, profile=profile)
    [ann] = people("ann")
    opened(engine, application)

    change_profile_members(profile=profile, deltas=[MemberDelta(add=(ann.pk,))])
    engine.work()
    assert active(fake) == {"ann"}
    change_profile_members(profile=profile, deltas=[MemberDelta(remove=(ann.pk,))])
    engine.work()
    assert active(fake) == set()
    assert full_runs() == 0


def test_over_scim(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake, acme: Tenant
) -> None:
    opened(engine, application)
    client = connect(acme)
    made = client.create(
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@x.y"}
    )
    joining = {"op": "add", "path": "members", "value": [{"value": made["id"]}]}
    client.patch(f"/Groups/{staff.pk}", joining)
    engine.work()
    assert "ann@x.y" in fake.users()
    assert len(fake.members("Staff")) == 1

    client.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False})
    engine.work()
    assert fake.users()["ann@x.y"]["active"] is False
    assert full_runs() == 0


def test_by_a_first_sign_in_with_saml(
    engine: Engine, tenant: Tenant, fake: Fake, tmp_path: Path
) -> None:
    application = connected(fake)
    Assignment.objects.create(application=application, role=Role.MEMBER)
    opened(engine, application)
    idp = saml_party.connect(tenant, tmp_path, saml_party.party_of(tenant.slug))
    IdentityProviderSettings.objects.update(create_users_at_sign_in=True, allow_idp_initiated=True)

    new = idp.forge.but(name_id="new@acme.example")
    assert saml_party.post_response(Client(), new).status_code == HTTPStatus.SEE_OTHER
    engine.work()
    assert active(fake) == {"new"}
    assert full_runs() == 0


def test_by_a_file_of_people(
    engine: Engine, tenant: Tenant, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "hand_over", do_at_once)
    application = connected(fake)
    Assignment.objects.create(application=application, role=Role.MEMBER)
    opened(engine, application)
    browser = signed_in(person(tenant, "Boss", Role.ADMIN))
    names = [f"new{number}" for number in range(30)]

    import_people(browser, "email\n" + "".join(f"{name}@acme.example\n" for name in names))
    engine.work()
    assert active(fake) == set(names)

    import_people(browser, "email,name\nnew7@acme.example,Seven\n")
    engine.work()
    assert fake.users()["new7@acme.example"]["displayName"] == "Seven"
    assert full_runs() == 0


def test_a_manager_who_comes_later_is_set(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, boss = people("ann", "boss")
    attributes = {MANAGER: {"manager": {"value": str(boss.pk)}}}
    values = UserFields.of(ann)
    update_user(user=ann, values=UserFields(**{**_columns(values), "attributes": attributes}))
    join(staff, [ann])
    opened(engine, application)
    assert MANAGER not in fake.users()["ann@acme.example"]

    join(staff, [boss])
    engine.work()
    remote = fake.users()["boss@acme.example"]["id"]
    told = [each.body for each in fake.writes if "manager" in str(each.body)]
    assert len(told) == 1
    assert remote in str(told[0])
    assert full_runs() == 0


def _columns(values: UserFields) -> dict[str, Any]:
    return {name: getattr(values, name) for name in UserFields.__dataclass_fields__}


def test_a_group_that_is_assigned_while_a_person_is_created_arrives_as_well(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    opened(engine, application)
    [ann] = people("ann")
    fake.before = lambda asked: (
        (503, {"detail": "Later."}, {})
        if (asked.method, asked.path) == ("POST", "/Users")
        else None
    )
    join(staff, [ann])
    engine.work()
    other = create_group(values=GroupFields(display_name="Other"))
    join(other, [ann])
    Assignment.objects.create(application=application, group=other)
    audit.record("application.assignments_changed", application)
    fake.before = lambda _asked: None
    engine.hurry()

    remote = fake.users()["ann@acme.example"]["id"]
    assert fake.members("Staff") == {remote}
    assert fake.members("Other") == {remote}


@pytest.mark.parametrize("change", ["remove", "add", "rename"])
def test_a_change_of_a_role_reaches_everybody_who_holds_it(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake, change: str
) -> None:
    application = connected(fake, staff, push_roles=True, push_permissions=True)
    role = ApplicationRole.objects.create(application=application, key="ops", name="Operations")
    for key in ("read", "write"):
        ApplicationPermission.objects.create(role=role, key=key)
    ApplicationRoleGroup.objects.create(role=role, group=staff)
    everybody = people(*(f"p{number:02}" for number in range(50)))
    join(staff, everybody)
    opened(engine, application)
    assert {str(each["roles"]) for each in fake.users().values()} == {
        str([{"value": "ops", "display": "Operations"}])
    }
    for each in fake.users().values():
        each["entitlements"].append({"value": "theirs"})
    before = len(fake.writes)

    held = {"read", "write"}
    if change == "remove":
        ApplicationPermission.objects.filter(key="write").delete()
        held -= {"write"}
    elif change == "add":
        ApplicationPermission.objects.create(role=role, key="admin")
        held |= {"admin"}
    else:
        ApplicationPermission.objects.filter(key="write").update(key="change")
        held = {"read", "change"}
    audit.record("application.role_changed", role)
    engine.work()

    assert len(fake.writes) == before + 50
    for each in fake.users().values():
        assert {one["value"] for one in each["entitlements"]} == held | {"theirs"}
    engine.work()
    assert len(fake.writes) == before + 50


def test_a_person_whom_the_mapping_cannot_be_evaluated_for_is_quarantined_and_others_go_on(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    application.mappings.create(
        resource="User",
        position=50,
        target="active",
        how="lookup",
        source="userName",
        lookup={"ann@acme.example": "perhaps"},
        default="true",
    )
    opened(engine, application)

    assert set(fake.users()) == {"ben@acme.example"}
    refused = Link.objects.get(object_id=str(ann.pk))
    assert refused.quarantined_at is not None
    assert refused.quarantine_reason
    application.mappings.filter(target="active").delete()
    application.mapping_revision += 1
    application.save()
    audit.record("application.mapping_changed", application)
    engine.work()
    assert set(fake.users()) == {"ann@acme.example", "ben@acme.example"}
    assert Operation.objects.filter(state="quarantined").count() == 0
    assert User.objects.count() >= 2


def test_somebody_with_the_longest_name_stops_nobody(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="x" * 512))
    opened(engine, application)

    join(staff, [ann, ben])
    engine.work()

    assert active(fake) == {"ann", "ben"}
    assert fake.users()["ann@acme.example"]["displayName"] == "x" * 512
    assert Link.objects.get(object_id=str(ann.pk)).name == "x" * 500
