"""Servers that were not written to be pushed to by this engine: others' and our own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from itertools import chain
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple
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
from tests.foreign_idps.scimmy_target import running_scimmy
from tests.provisioning.engine.applications import TOKEN, make_application
from tests.provisioning.engine.conftest import join, leave, opened, people
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.live_server_helper import LiveServer

    from accounts.models import Tenant
    from tests.provisioning.engine.conftest import Engine


class Server(NamedTuple):
    """A SCIM server: its base URL, and what tells the resources that it holds."""

    url: str
    held: Callable[[], list[dict[str, Any]]]


class Silent(WSGIRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def scim2() -> Iterator[Server]:
    """Serve PyPI's scim2-server."""
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    storage = InMemoryStorage()
    app = BearerTokenApplication(storage, provider, bearer_tokens=[TOKEN])
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield Server(
            f"http://127.0.0.1:{server.server_port}",
            lambda: [each.model_dump() for each in storage.resources],
        )
        server.shutdown()
        thread.join()


@contextmanager
def scimmy() -> Iterator[Server]:
    """Serve npm's scimmy-routers."""
    with running_scimmy(TOKEN) as served:
        yield Server(served.url, lambda: [*chain.from_iterable(served.held().values())])


@pytest.fixture(params=[scim2, scimmy], ids=["scim2-server", "scimmy-routers"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with request.param() as served:
        yield served


def writes() -> int:
    return Exchange.objects.exclude(method="GET").count()


def went_well() -> None:
    """See that nothing is stuck."""
    stuck = Operation.objects.exclude(state__in=(OperationState.DONE, OperationState.CANCELLED))
    assert list(stuck.values_list("name", "state", "last_error")) == []


def test_people_and_groups_come_change_and_go_at_servers_of_others(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, server: Server
) -> None:
    application = make_application(server.url, staff, on_deleted="delete")
    ann, ben, cal = people("ann", "ben", "cal")
    join(staff, [ann, ben])
    opened(engine, application)
    went_well()

    join(staff, [cal])
    update_user(user=ann, values=UserFields(user_name="ann@acme.example", display_name="Ann New"))
    deactivate_user(user=ben)
    engine.work()
    went_well()
    held = {each.get("userName"): each for each in server.held()}
    assert held["ann@acme.example"]["displayName"] == "Ann New"
    assert not held["ann@acme.example"].get("emails")
    assert held["ben@acme.example"]["active"] is False
    [group] = [each for each in server.held() if each.get("displayName") == "Staff"]
    ids = {each["value"] for each in group["members"]}
    assert ids == {held["ann@acme.example"]["id"], held["cal@acme.example"]["id"]}

    before = writes()
    start_full_run(application=application)
    engine.work()
    went_well()
    assert writes() == before


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
