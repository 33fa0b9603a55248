"""How many statements it takes to push one person, three for each request among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.users import UserFields, update_user
from provisioning.client.time_limit import time_limit
from provisioning.engine.draining import perform_claimed
from provisioning.engine.looking import look_at
from provisioning.engine.recording import record_operations
from provisioning.engine.sessions import session_with
from provisioning.models import Application
from provisioning.protocol.steps import Kind
from provisioning.storage.claims import claim_next
from tests.provisioning.engine.conftest import join, opened, people

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def statements_of_one(application: Application) -> list[str]:
    """Do the next operation; return the statements that it took."""
    application = Application.objects.select_related("tenant").get(pk=application.pk)
    with (
        time_limit(60.0),
        session_with(application) as session,
        CaptureQueriesContext(connection) as captured,
    ):
        claim = claim_next(tenant_id=application.tenant_id, application_id=application.pk)
        assert claim is not None
        perform_claimed(session, claim)
    return [each["sql"] for each in captured if each["sql"] not in {"BEGIN", "COMMIT"}]


def due(application: Application, user: User) -> None:
    """Have a person looked at anew, as whoever follows the feed does."""
    record_operations(application, [look_at(application, Kind.USER, str(user.pk))])


def test_a_change_takes_at_most_fourteen_statements_and_a_creation_thirty(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    opened(engine, application)
    application.refresh_from_db()
    update_user(user=ann, values=replace(UserFields.of(ann), display_name="Ann New"))
    due(application, ann)
    fake.asked.clear()

    changed = statements_of_one(application)
    assert [each.method for each in fake.asked] == ["PATCH"]
    assert fake.users()["ann@acme.example"]["displayName"] == "Ann New"

    join(staff, [ben])
    due(application, ben)
    fake.asked.clear()
    made = statements_of_one(application)
    assert [each.method for each in fake.asked] == ["GET", "GET", "POST"]
    assert len(changed) <= 14, changed
    assert len(made) <= 30, made
