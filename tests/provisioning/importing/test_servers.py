"""Imports from servers that others wrote, and from one that holds very many."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from accounts.models import DirectoryGroup, DirectoryGroupMember, User
from provisioning.models import Import, ImportRow
from provisioning.protocol.steps import Kind
from tests.provisioning.engine.applications import TOKEN, make_application
from tests.provisioning.engine.conftest import join, opened, people
from tests.provisioning.engine.test_servers import server, went_well
from tests.provisioning.importing.conftest import buckets, create, imported, link, row_of

if TYPE_CHECKING:
    from accounts.models import Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake
    from tests.provisioning.engine.test_servers import Server

__all__ = ["server"]  # A fixture.

MANY = 100_000
MOST_BYTES = 80 * 1024 * 1024


def made_there(served: Server, endpoint: str, kind: str, **attributes: Any) -> str:
    """Have something at a server as somebody else made it; return its id."""
    answer = httpx2.post(
        f"{served.url}/{endpoint}",
        json={"schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{kind}"], **attributes},
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"},
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["id"])


def test_people_and_groups_of_servers_of_others_are_taken_in(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, server: Server
) -> None:
    application = make_application(server.url, staff)
    ann, dan = (
        made_there(
            server,
            "Users",
            "User",
            userName=f"{name}@acme.example",
            displayName=name.title(),
            active=True,
        )
        for name in ("ann", "dan")
    )
    made_there(
        server, "Groups", "Group", displayName="Climbers", members=[{"value": ann}, {"value": dan}]
    )
    people("ann")

    batch = imported(engine, application)
    assert (batch.state, batch.why) == (Import.State.READ, "")
    assert buckets(batch) == {"Ann": "candidate", "Dan": "orphan"}
    link(row_of(batch, "Ann"))
    create(row_of(batch, "Dan"))
    create(row_of(imported(engine, application, Kind.GROUP), "Climbers"))
    members = DirectoryGroupMember.objects.filter(group__display_name="Climbers")
    assert members.count() == 2

    join(staff, list(User.objects.filter(user_name__in=["ann@acme.example", "dan@acme.example"])))
    opened(engine, application)
    went_well()
    names = [each.get("user_name") or each.get("userName") for each in server.held()]
    assert sorted(name for name in names if name) == ["ann@acme.example", "dan@acme.example"]


@pytest.mark.slow
def test_a_hundred_thousand_people_need_the_memory_of_a_page(
    engine: Engine, application: Application, fake: Fake
) -> None:
    def page(asked: Asked) -> Answer | None:
        if asked.path != "/Users":
            return None
        start = int(asked.query["startIndex"])
        shown = [
            {"id": f"x{n}", "userName": f"x{n}@there.example", "nickName": "n" * 2_000}
            for n in range(start, min(start + 100, MANY + 1))
        ]
        return 200, {"totalResults": MANY, "Resources": shown}, {}

    fake.before = page
    tracemalloc.start()

    batch = imported(engine, application)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (batch.state, batch.counts) == (Import.State.READ, {"orphan": MANY})
    assert ImportRow.objects.filter(batch=batch).count() == MANY
    assert peak < MOST_BYTES
