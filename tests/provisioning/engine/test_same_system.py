"""One system that is source and application at once: what came from it is not pushed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioning.models import Operation
from scim.models import Source
from tests.provisioning.engine.conftest import join, opened, people
from tests.support.scim import connect_with_table

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake
    from tests.support.scim import SCIMClient

ANN = "ann@acme.example"


@pytest.fixture
def directory(acme: Tenant, application: Application) -> SCIMClient:
    """The application as an inbound source."""
    client = connect_with_table(acme, "Directory")
    application.source = Source.objects.get(name="Directory")
    application.save()
    return client


def test_what_came_from_there_is_linked_and_not_pushed_back(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    directory: SCIMClient,
) -> None:
    fake.held["Users"]["there"] = {"id": "there", "userName": ANN, "displayName": "Ann There"}
    ann = directory.create(
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": ANN}
    )
    joining = {"op": "add", "path": "members", "value": [{"value": ann["id"]}]}
    directory.patch(f"/Groups/{staff.pk}", joining)
    join(staff, people("ben"))
    opened(engine, application)
    assert set(fake.users()) == {ANN, "ben@acme.example"}

    directory.patch(f"/Users/{ann['id']}", {"op": "replace", "path": "displayName", "value": "A."})
    engine.work()

    assert fake.users()[ANN]["displayName"] == "Ann There"
    assert "there" in fake.members("Staff")


def test_who_is_there_no_more_is_not_made_anew(
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    fake: Fake,
    directory: SCIMClient,
) -> None:
    ann = directory.create(
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": ANN}
    )
    directory.patch(
        f"/Groups/{staff.pk}", {"op": "add", "path": "members", "value": [{"value": ann["id"]}]}
    )
    opened(engine, application)

    assert fake.users() == {}
    ended = Operation.objects.get(object_id=ann["id"])
    assert (ended.state, "not made anew" in ended.last_error) == ("cancelled", True)
