"""Servers that were not written to be pushed to by this engine: others' and our own."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)
from typing_extensions import override

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, DirectoryGroupMember, User
from accounts.services.users import UserFields, deactivate_user, update_user
from accounts.tenancy.scoping import tenant_scope
from provisioning.engine.runs import start_full_run
from provisioning.models import Exchange, Operation, OperationState
from tests.provisioning.engine.applications import make_application
from tests.provisioning.engine.conftest import join, leave, opened, people
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.live_server_helper import LiveServer

    from accounts.models import Tenant
    from tests.provisioning.engine.conftest import Engine


class Silent(WSGIRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@pytest.fixture
def scim2() -> Iterator[tuple[str, InMemoryStorage]]:
    """Serve PyPI's scim2-server; return its address and what it holds."""
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    storage = InMemoryStorage()
    app = BearerTokenApplication(storage, provider, bearer_tokens=["t"])
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", storage
        server.shutdown()
        thread.join()


def writes() -> int:
    return Exchange.objects.exclude(method="GET").count()


def went_well() -> None:
    """See that nothing is stuck."""
    stuck = Operation.objects.exclude(state__in=(OperationState.DONE, OperationState.CANCELLED))
    assert list(stuck.values_list("name", "state", "last_error")) == []


def test_people_and_groups_come_change_and_go_at_scim2_server(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, scim2: tuple[str, InMemoryStorage]
) -> None:
    url, storage = scim2
    application = make_application(url, staff, on_deleted="delete")
    ann, ben, cal = people("ann", "ben", "cal")
    join(staff, [ann, ben])
    opened(engine, application)
    went_well()

    join(staff, [cal])
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann New"))
    deactivate_user(user=ben)
    engine.work()
    went_well()
    held = {each.get("userName"): each for each in _held(storage)}
    assert held["ann@acme.example"]["displayName"] == "Ann New"
    assert "emails" not in held["ann@acme.example"]
    assert held["ben@acme.example"]["active"] is False
    [group] = [each for each in _held(storage) if each.get("displayName") == "Staff"]
    ids = {each["value"] for each in group["members"]}
    assert ids == {held["ann@acme.example"]["id"], held["cal@acme.example"]["id"]}

    before = writes()
    start_full_run(application=application)
    engine.work()
    went_well()
    assert writes() == before


def _held(storage: InMemoryStorage) -> list[dict[str, Any]]:
    return [each.model_dump() for each in storage.resources]


def test_another_tenant_here_becomes_what_is_wanted_and_a_second_run_writes_nothing(
    engine: Engine, tenant: Tenant, globex: Tenant, staff: DirectoryGroup, live_server: LiveServer
) -> None:
    client = connect(globex)
    assert client.secret
    inner = create_group(values=GroupFields(display_name="Inner"))
    everybody = people(*(f"p{number:02}" for number in range(20)))
    join(staff, everybody[:15])
    join(inner, everybody[10:])
    join(staff, [inner])  # type: ignore[list-item]
    application = make_application(f"{live_server.url}/scim/v2", staff, token=client.secret)
    opened(engine, application)
    went_well()
    leave(staff, everybody[:2])
    engine.work()
    went_well()

    with tenant_scope(globex):
        there = {each.user_name: each for each in User.objects.filter(role="member")}
        assert set(there) == {each.user_name for each in everybody}
        assert {name for name, each in there.items() if not each.active} == {
            each.user_name for each in everybody[:2]
        }
        for each in everybody:
            theirs = there[each.user_name]
            assert (theirs.display_name, theirs.email) == (each.display_name, each.email)
            assert theirs.external_id == str(each.pk)
        groups = {each.display_name: each for each in DirectoryGroup.objects.all()}
        assert set(groups) == {"Staff", "Inner"}
        members = DirectoryGroupMember.objects.filter(group=groups["Staff"])
        names = members.filter(user__isnull=False).values_list("user__user_name", flat=True)
        assert set(names) == {each.user_name for each in everybody[2:15]}
        assert members.filter(member_group=groups["Inner"]).exists()

    before = writes()
    start_full_run(application=application)
    engine.work()
    went_well()
    assert writes() == before
